//! Mail servers of the recipient.

causes! {
    RECIPIENT_UNKNOWN = "recipient_unknown" {
        title: "The recipient does not exist. The sender is in order",
        proof: "Check the recipient's address.",
        fix: "Correct or remove the address.",
        source: "MISP/MISP#6481; gophish/gophish#2313",
    }
    RECIPIENT_DISABLED = "recipient_disabled" {
        title: "The recipient's account is disabled. The sender is in order",
        proof: "Ask the recipient by another way.",
        fix: "Remove the address, or have the recipient's account restored.",
        source: "https://support.google.com/a/answer/3726730",
    }
    RECIPIENT_OVER_QUOTA = "recipient_over_quota" {
        title: "The recipient's mailbox is full",
        proof: "Ask the recipient by another way.",
        fix: "Wait until the recipient makes room.",
        source: "mailcow/mailcow-dockerized#6486",
    }
    RECIPIENT_RATE = "recipient_rate" {
        title: "The recipient gets more mail than the mailbox accepts for now",
        proof: "Count the mail to this one address.",
        fix: "Send less often to this address, and later.",
        source: "zone-eu/zone-mta#110",
    }
    SENDING_HOST_RATE = "sending_host_rate" {
        title: "Google limits mail from this sending server, mostly for its reputation",
        proof: "See https://postmaster.google.com for the domain.",
        fix: "Send less, authenticate the mail (SPF, DKIM, DMARC), and warm the address up.",
        place: DNS_ZONE,
        source: "mail-in-a-box/mailinabox#1771",
    }
    SENDER_UNAUTHENTICATED = "sender_unauthenticated" {
        title: "Neither SPF nor DKIM of the From domain passes for this sending server",
        proof: "Run `dig +short TXT DOMAIN` and compare SPF with the sending address; see Authentication-Results of a delivered mail.",
        fix: "Add the sending server to SPF, and sign with DKIM.",
        place: DNS_ZONE,
        source: "jtojnar/nixfiles#13; CDLUC3/ezid#434",
    }
    DMARC = "dmarc" {
        title: "The DMARC policy of the From domain rejects mail from this server",
        proof: "Run `dig +short TXT _dmarc.DOMAIN`; SPF or DKIM must pass for the From domain itself.",
        fix: "Sign with DKIM of the From domain, or send through the domain's own servers. A From of gmail.com or another's domain cannot pass.",
        place: DNS_ZONE,
        source: "Purelymail/purelymail-issues#394; postalserver/postal#898",
    }
    REVERSE_DNS = "reverse_dns" {
        title: "The address of the sending server has no reverse DNS that leads back to it, or IPv6 mail is not authenticated",
        proof: "Run `dig +short -x ADDRESS` and resolve the name again.",
        fix: "Set PTR and AAAA/A to each other, or send by IPv4.",
        place: SERVER_PROVIDER,
        source: "mail-in-a-box/mailinabox#2211; nodemailer/nodemailer#236",
    }
    TAKEN_FOR_SPAM = "taken_for_spam" {
        title: "Google takes the mail for spam, by its content or by the reputation of the sending address or domain",
        proof: "See https://postmaster.google.com; send the same text from another server.",
        fix: "Send through the domain's provider or relay, authenticate the mail, and change what looks like spam.",
        source: "root-io/vmail#89; The-Login/SMTP-Smuggling-Tools#11",
    }
    RECEIVERS_RULE = "receivers_rule" {
        title: "A rule of the receiving tenant's admin refuses the mail (`gcdp` marks an admin's own text)",
        proof: "Ask the recipient's admin.",
        fix: "The recipient's admin must allow the sender.",
        source: "karolyi/py3-validate-email#53; https://support.google.com/a/answer/3726730",
    }
}
