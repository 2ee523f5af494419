//! Gmail's SMTP servers, to the sender.

causes! {
    PASSWORD_REFUSED = "password_refused" {
        title: "User name or password is wrong for SMTP: the account's own password is refused, an app password is required",
        proof: "Try the same name and password with `openssl s_client -crlf -starttls smtp -connect smtp.gmail.com:587` and AUTH LOGIN.",
        fix: "Turn on 2-Step Verification and create an app password, or use OAuth 2.0. Workspace ended plain passwords on 1 May 2025.",
        place: APP_PASSWORDS,
        source: "nodemailer/nodemailer#1167; accimeesterlin/nodemailer-examples#3",
    }
    APP_PASSWORD_REQUIRED = "app_password_required" {
        title: "The account has 2-Step Verification, so Gmail takes an app password and not the account's own",
        proof: "See the account's security page: 2-Step Verification is on.",
        fix: "Create an app password, or use OAuth 2.0.",
        place: APP_PASSWORDS,
        source: "mageplaza/magento-2-smtp#181; Der-Henning/tgtg#517",
    }
    WEB_LOGIN_REQUIRED = "web_login_required" {
        title: "Google suspects the sign-in and requires it in a browser first; plain passwords of less secure apps are treated so, too",
        proof: "Sign in at https://accounts.google.com from the same network and look at the security alerts.",
        fix: "Confirm the sign-in, then use an app password or OAuth 2.0.",
        place: UNLOCK_CAPTCHA,
        source: "kootenpv/yagmail#111; YetiForceCompany/YetiForceCRM#14235",
    }
    SMTP_TOKEN_SCOPE = "smtp_token_scope" {
        title: "The OAuth token does not fit SMTP: XOAUTH2 requires the scope https://mail.google.com/; gmail.send is not enough",
        proof: "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`: `scope` must have https://mail.google.com/.",
        fix: "Request `https://mail.google.com/`, delegate it or sign in again, or send with the Gmail API with gmail.send.",
        place: PROGRAM,
        source: "PHPMailer/PHPMailer#1664; jstedfast/MailKit#27",
    }
    SMTP_TOKEN_OF_ANOTHER_USER = "smtp_token_of_another_user" {
        title: "The token is of another user than the name in the XOAUTH2 line, or expired, or empty",
        proof: "Compare `user=` of the XOAUTH2 line with the user of the token (`tokeninfo`, field `email`).",
        fix: "Get the token for the mailbox that logs in; a service account needs it as subject.",
        place: PROGRAM,
        source: "PHPMailer/PHPMailer#1664",
    }
    SMTP_LOGIN_MISSING = "smtp_login_missing" {
        title: "The program did not log in: no user name and password reached Gmail",
        proof: "Look at the program's SMTP trace: there is no AUTH before MAIL FROM.",
        fix: "Set user name and password (an app password), and that the program authenticates.",
        place: PROGRAM,
        source: "dawidd6/action-send-mail#186; axllent/mailpit#596",
    }
    TOO_MANY_LOGINS = "too_many_logins" {
        title: "Too many logins in a short time. Libraries call it an authentication error; the password is right",
        proof: "Count the connections: one login for each message is the usual reason.",
        fix: "Send several messages in one connection (pooling), and wait before the next try.",
        place: PROGRAM,
        source: "nodemailer/nodemailer#1388; AnalogJ/justvanish#13",
    }
    STARTTLS_MISSING = "starttls_missing" {
        title: "The program did not start TLS",
        proof: "Look at the program's SMTP trace: there is no STARTTLS before MAIL FROM.",
        fix: "Use port 587 with STARTTLS or port 465 with TLS.",
        place: PROGRAM,
        source: "dcparker/ruby-gmail#23; deanproxy/eMail#53",
    }
    TLS_PORT_MISMATCH = "tls_port_mismatch" {
        title: "The mode does not fit the port: 465 is TLS from the first byte, 587 and 25 begin in clear and use STARTTLS",
        proof: "Run `openssl s_client -connect HOST:465` and `openssl s_client -starttls smtp -connect HOST:587`.",
        fix: "Use 465 with TLS (`secure: true`), or 587 with STARTTLS (`secure: false`).",
        place: PROGRAM,
        source: "nodemailer/nodemailer#1074; dawidd6/action-send-mail#124",
    }
    EHLO_NAME = "ehlo_name" {
        title: "smtp-relay.gmail.com closes the connection because the EHLO name is localhost or not registered. It is no rate limit",
        proof: "In the program's SMTP trace, look at the name after EHLO.",
        fix: "Set the EHLO (HELO, local) name to a real host name of the tenant's domain.",
        place: PROGRAM,
        source: "dawidd6/action-send-mail#196; calcom/cal.diy#5254",
    }
    RELAY_NOT_REGISTERED = "relay_not_registered" {
        title: "The SMTP relay service does not know this sender: address of the machine or domain of the sender is not registered",
        proof: "Compare the machine's public address (IPv6 too) with the relay's list, and the envelope sender's domain with the tenant's.",
        fix: "Add the address to the relay setting, or let the program log in.",
        place: ROUTING,
        source: "TreeBASE/treebase#273; https://support.google.com/a/answer/3726730",
    }
    RELAY_LIMIT = "relay_limit" {
        title: "A limit of the SMTP relay service is used up",
        proof: "See https://support.google.com/a/answer/2956491 for the limits; count the recipients in Email log search.",
        fix: "Wait, and spread the mail.",
        place: ROUTING,
        source: "https://support.google.com/a/answer/3726730",
    }
    SENDING_DENIED = "sending_denied" {
        title: "The sender's account is disabled or not registered in the tenant",
        proof: "Run `gam info user ADDRESS`.",
        fix: "Use a live user of the tenant as sender.",
        place: USERS,
        source: "https://support.google.com/a/answer/3726730",
    }
    MESSAGE_TOO_LARGE = "message_too_large" {
        title: "The message is too large; encoding adds a third to attachments",
        proof: "Measure the encoded message: Gmail takes 25 MB.",
        fix: "Send a link, or split the attachments.",
        place: PROGRAM,
        source: "nodemailer/nodemailer#400",
    }
    CONTENT_BLOCKED = "content_blocked" {
        title: "Gmail blocks the content or a type of attachment",
        proof: "Send the same message without the attachment.",
        fix: "Share a link instead of an executable or an encrypted archive.",
        place: BLOCKED_ATTACHMENTS,
        source: "gophish/gophish#2921; jstedfast/MailKit#408",
    }
    TOO_MANY_RECIPIENTS = "too_many_recipients" {
        title: "One message has more recipients than the server takes: 100 by SMTP",
        proof: "Count the recipients of the message.",
        fix: "Send several messages, or to a group.",
        place: PROGRAM,
        source: "https://support.google.com/a/answer/3726730",
    }
    RECIPIENT_SYNTAX = "recipient_syntax" {
        title: "The recipient's address is not valid",
        proof: "Print the address that the program passes.",
        fix: "Correct the address; pass one address for each recipient.",
        place: PROGRAM,
        source: "https://support.google.com/a/answer/3726730",
    }
}
