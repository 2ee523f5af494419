//! The network between a program and a server.

causes! {
    /// The name does not resolve.
    DNS = "dns" {
        title: "The host name does not resolve",
        proof: "Run `getent hosts oauth2.googleapis.com smtp.gmail.com`.",
        fix: "Check the host name, the network and its DNS server.",
        place: MACHINE,
        source: "googleapis/google-auth-library-python#343",
        own: Failed, AfterWait,
    }
    /// No connection.
    CONNECT = "connect" {
        title: "The machine cannot connect to the server: a wrong host or port, a firewall, or nothing listens there",
        proof: "Run `curl -v telnet://HOST:PORT` with the host and port of the text.",
        fix: "Check the host, the port, the firewall and the proxy. SMTP needs port 587 or 465, Google's APIs need 443. If the host is 127.0.0.1 or localhost, start the server there, or set the host that you mean.",
        place: MACHINE,
        source: "nodemailer/nodemailer#889",
        own: Failed, AfterWait,
    }
    /// The server that `[google] base_url` names answers, but not as Google does.
    NO_API_AT_ADDRESS = "no_api_at_address" {
        title: "The server of `[google] base_url` has no Google API at this address",
        fix: "Correct `[google] base_url`: Google's paths, such as `admin/directory/v1/users`, are below it. For Google itself, delete it.",
        place: CONFIG,
        own: Failed, Never,
    }
    CONNECTION_CLOSED = "connection_closed" {
        title: "The server closed the connection without words that reached the program",
        proof: "Log the SMTP conversation, or try `openssl s_client -crlf -starttls smtp -connect HOST:PORT`: the reply before the end says why.",
        fix: "Set a real EHLO name for smtp-relay.gmail.com; use STARTTLS on port 587, and TLS from the first byte on port 465.",
        place: PROGRAM,
        source: "sourcegraph/sourcegraph-public-snapshot#35943; gophish/gophish#253",
    }
    /// The connection broke.
    CONNECTION_LOST = "connection_lost" {
        title: "The connection closed before the response was complete",
        proof: "Repeat the same request with `curl -v`.",
        fix: "Try again. If the error persists, check the network, the proxy and the firewall, and do not reuse idle connections.",
        place: MACHINE,
        source: "googleapis/google-api-dotnet-client#1458",
        own: Failed, AfterWait,
    }
    /// Too slow.
    TIMEOUT = "timeout" {
        title: "The server did not answer in time",
        proof: "Run `curl -v telnet://smtp.gmail.com:587`.",
        fix: "Open the port, which a firewall often drops, or send with the Gmail API over port 443.",
        place: MACHINE,
        source: "nodemailer/nodemailer#890; nodemailer/nodemailer#955",
        own: Failed, AfterWait, "Run the audit again. If the error persists, check the network.", MACHINE,
    }
    TLS = "tls" {
        title: "The TLS certificate of the server is not trusted on the machine, or both sides speak different TLS",
        proof: "Run `openssl s_client -connect HOST:443` and look at the issuer.",
        fix: "Install the missing CA certificate. On port 587 use STARTTLS; TLS from the first byte is for port 465.",
        place: MACHINE,
        source: "wader/postfix-relay#230",
        own: Failed, Never, "If a proxy inspects TLS, set SSL_CERT_FILE to a file with the proxy's CA certificate.", MACHINE,
    }
    /// TLS, and the file that says whom to trust is unusable.
    TRUST_FILE = "trust_file" {
        title: "The file in SSL_CERT_FILE cannot be used",
        fix: "Set SSL_CERT_FILE to a readable PEM file with every CA certificate that is needed, or unset it.",
        place: MACHINE,
        own: Failed, Never,
    }
    /// The proxy does not answer.
    PROXY_UNREACHABLE = "proxy_unreachable" {
        title: "The machine cannot connect through the proxy",
        proof: "Run `curl -v https://oauth2.googleapis.com/` with the same proxy variables.",
        fix: "Correct the address and port of the proxy, or bypass it for Google's hosts with NO_PROXY.",
        place: PROXY,
        source: "samapriya/geeup#60",
        own: Failed, AfterWait,
    }
    /// 407.
    PROXY_AUTHENTICATION = "proxy_authentication" {
        title: "The proxy requires a user name and a password",
        fix: "Add them to the proxy URL, as in http://user:password@host:port. To bypass the proxy, add Google's hosts to NO_PROXY.",
        place: PROXY,
        own: Failed, Never,
    }
    /// The proxy makes no tunnel.
    PROXY_REFUSED = "proxy_refused" {
        title: "The proxy refuses the connection to Google",
        fix: "Allow googleapis.com on the proxy. To bypass the proxy, add it to NO_PROXY.",
        place: PROXY,
        own: Failed, AfterWait,
    }
}
