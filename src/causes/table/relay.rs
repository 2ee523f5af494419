//! Other providers, relays and mail servers.

causes! {
    SENDGRID_NO_MAIL_SEND = "sendgrid_no_mail_send" {
        title: "SendGrid: the API key has no right Mail Send (error 60604), or the account is blocked. As far as anyone can trace, these are not Google's words",
        proof: "Run `curl -H \"Authorization: Bearer $KEY\" https://api.sendgrid.com/v3/scopes`: `mail.send` must be in the list.",
        fix: "Create a SendGrid key with Mail Send.",
        place: SENDGRID_KEYS,
        source: "sendgrid/sendgrid-php#181",
    }
    SENDGRID_KEY = "sendgrid_key" {
        title: "SendGrid: the API key is wrong, revoked or not set",
        proof: "Run `curl -H \"Authorization: Bearer $KEY\" https://api.sendgrid.com/v3/scopes`.",
        fix: "Set a valid SendGrid key in the program's environment.",
        place: SENDGRID_KEYS,
        source: "sendgrid/docs#5959; MicrosoftDocs/azure-docs#44245",
    }
    SENDGRID_SENDER = "sendgrid_sender" {
        title: "SendGrid: the From address is no verified sender",
        proof: "See SendGrid > Settings > Sender Authentication.",
        fix: "Verify the sender or authenticate its domain.",
        place: SENDGRID_SENDERS,
        source: "EBWiki/EBWiki#3861",
    }
    SES_IDENTITY = "ses_identity" {
        title: "Amazon SES: the address or domain is not verified in this region, or the account is in the sandbox",
        proof: "Run `aws sesv2 list-email-identities --region REGION`.",
        fix: "Verify the identity in the region that the text names, and leave the sandbox.",
        place: SES_IDENTITIES,
        source: "WPManageNinja/fluent-smtp#103; django-ses/django-ses#16",
    }
    MAILGUN_DOMAIN = "mailgun_domain" {
        title: "Mailgun: a sandbox or unverified domain sends only to authorized recipients",
        proof: "See the domain's state in Mailgun.",
        fix: "Use a domain of your own, or add the recipient as authorized.",
        place: MAILGUN_DOMAINS,
        source: "swapmyvote/swapmyvote#891; googleapis/google-api-php-client#1539",
    }
    MICROSOFT_SMTP_AUTH_DISABLED = "microsoft_smtp_auth_disabled" {
        title: "Microsoft 365: SMTP AUTH or basic authentication is off for the tenant or the mailbox",
        proof: "Run `Get-CASMailbox USER | fl SmtpClientAuthenticationDisabled` in Exchange Online PowerShell.",
        fix: "Enable SMTP AUTH for the mailbox, or use OAuth 2.0 or Microsoft Graph.",
        place: MICROSOFT_SMTP_AUTH,
        source: "nodemailer/nodemailer#1484; MicrosoftDocs/OfficeDocs-Exchange#3124",
    }
    MICROSOFT_LOGIN = "microsoft_login" {
        title: "Microsoft 365: the login was refused, or there was none",
        proof: "Sign in at https://outlook.office.com as the same user.",
        fix: "Set the right user and password or OAuth token, and enable SMTP AUTH for the mailbox.",
        place: PROVIDER,
        source: "mageplaza/magento-2-smtp#108; renevanosnabrugge/SendEmail-BuildTask#49",
    }
    MICROSOFT_TOKEN_ENDPOINT = "microsoft_token_endpoint" {
        title: "Microsoft Entra refuses the token, not Google: `AADSTS` begins its error codes",
        proof: "Look the AADSTS number up at https://login.microsoftonline.com/error.",
        fix: "Correct the app registration in Microsoft Entra.",
        place: ENTRA_APPS,
        source: "keycloak/keycloak#31294; MicrosoftDocs/azure-docs#30802",
    }
    MICROSOFT_GRAPH_REFUSED = "microsoft_graph_refused" {
        title: "Microsoft Graph refuses: the permission Mail.Send is missing or not consented, or the mailbox is not in Exchange Online",
        proof: "Decode the token and look for `Mail.Send` in `roles` or `scp`.",
        fix: "Grant the permission and the admin's consent, and name a licensed mailbox.",
        place: ENTRA_APPS,
        source: "assumed",
    }
    PROVIDER_KEY = "provider_key" {
        title: "The provider's API key or login is wrong, or has no right to send; it is none of Google's",
        proof: "Call the provider's own API with the same key.",
        fix: "Create a key with the right to send, and set it in the program.",
        place: PROVIDER,
        source: "theoomoregbee/US-visa-appointment-notifier#5 (Mailgun)",
    }
    PROVIDER_LOGIN = "provider_login" {
        title: "The mail server requires a login, and it is not Gmail",
        proof: "See the program's SMTP host and its trace.",
        fix: "Set user name and password for that server.",
        place: PROGRAM,
        source: "osTicket/osTicket#2519; Mailu/Mailu#1103",
    }
    PROVIDER_SENDER_REFUSED = "provider_sender_refused" {
        title: "The provider lets this login send only as its own address",
        proof: "Compare the From address with the login.",
        fix: "Send with the login's address, or give the login the right to send as the other.",
        place: PROVIDER,
        source: "infertux/zeyple#49; fictionco/fiction#228",
    }
    PROVIDER_LIMIT = "provider_limit" {
        title: "A limit of the hosting or mail provider is used up, none of Google's",
        proof: "See the provider's limits.",
        fix: "Wait, or raise the limit.",
        place: PROVIDER,
        source: "nodemailer/nodemailer#1137; faveosuite/faveo-helpdesk#2190",
    }
    PROVIDER_CONTENT = "provider_content" {
        title: "The other provider refuses the message's content or size",
        proof: "See the provider's page about the code.",
        fix: "Change the message, or ask the provider.",
        place: PROVIDER,
        source: "jeremydumais/CPP-SMTPClient-library#46",
    }
    RECIPIENT_SUPPRESSED = "recipient_suppressed" {
        title: "The sending provider does not send to this recipient, because earlier mail bounced or was refused",
        proof: "Look for the address in the provider's suppression list.",
        fix: "Remove the address from the list once the recipient exists.",
        place: PROVIDER,
        source: "emencia/emencia-django-newsletter#61",
    }
    RELAY_DENIED = "relay_denied" {
        title: "The mail server does not relay for this sender: no login, an unknown address, or the wrong server",
        proof: "See which host said it; look at its `mynetworks` and login settings.",
        fix: "Log in to that server, or send to the server that is responsible for the recipient.",
        place: PROGRAM,
        source: "docker-mailserver/docker-mailserver#19; emersion/go-smtp#224",
    }
    OTHER_RECEIVER = "other_receiver" {
        title: "The recipient's provider, which is not Google, refuses or delays the mail",
        proof: "See the provider's page that the text names.",
        fix: "Authenticate the mail, send less, or ask that provider.",
        source: "ActiveCampaign/smtp-field-manual; PHPMailer/PHPMailer#787",
    }
    SENDING_ADDRESS_BLOCKED = "sending_address_blocked" {
        title: "The address that connects is on a block list, or has a bad reputation: often a home or cloud address that sends without a login",
        proof: "Look up the address in the list that the text names, for example at https://check.spamhaus.org.",
        fix: "Log in to the provider's server on port 587 or 465 instead of sending from this address, or have it removed from the list.",
        place: PROGRAM,
        source: "nodemailer/nodemailer#1089",
    }
    MAIL_SERVER_CONFIGURATION = "mail_server_configuration" {
        title: "The own mail server is configured so that it refuses or cannot verify; nobody outside spoke",
        proof: "Look at that server's log and tables.",
        fix: "Correct the server's configuration.",
        place: MAIL_SERVER,
        source: "tarickb/sasl-xoauth2#72; wader/postfix-relay#230",
    }
    /// SendGrid's words.
    NOT_GOOGLE = "not_google" {
        title: "The response is from SendGrid, not from Google",
        fix: "Check `[google] base_url` and the proxy: requests reach another server.",
        place: MACHINE,
        own: Denied, Never,
    }
}
