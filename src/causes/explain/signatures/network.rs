//! The connection, as libraries report it.

use super::{FOREIGN_SERVICES, Signature, row};
use crate::causes::explain::Speaker::ClientLibrary;
use crate::causes::table::{network::*, smtp::*};

/// What says that a failed connection is one of mail or of Google's APIs.
const CONTEXT: &[&str] = &[
    "smtp",
    "smtplib",
    "smtps",
    "SmtpClient",
    "nodemailer",
    "PHPMailer",
    "SwiftMailer",
    "Swift_Transport",
    "javax.mail",
    "MailKit",
    "System.Net.Mail",
    "mail",
    "mailer",
    "gmail",
    "googleapis",
    "googleapis.com",
    "googleapiclient",
    "google",
    "google.auth",
    "oauth2",
    "command CONN",
    "Connection Test Failed",
    "port 25",
    "port 465",
    "port 587",
    ":25",
    ":465",
    ":587",
    "msmtp",
    "postfix",
    "exim",
];

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "client-starttls-fails",
        ClientLibrary,
        "tls_trust",
        &[
            "Ready to start TLS + Could not connect to SMTP host",
            "Ready to start TLS + SMTP connect() failed",
        ],
    )
    .not(&["535", "534 5.7"])
    .means(
        "The client fails right after STARTTLS: it does not trust the certificate.",
        &[TLS, TLS_PORT_MISMATCH],
    ),
    row(
        "client-connect-timeout",
        ClientLibrary,
        "network",
        &[
            "i/o timeout + dial tcp",
            "Could not connect to SMTP host + connect timed out",
            "Could not connect to SMTP host + SocketTimeoutException",
        ],
    )
    .not(FOREIGN_SERVICES)
    .means("No connection in time: usually a firewall that drops the port.", &[TIMEOUT, CONNECT]),
    row(
        "client-port-mode",
        ClientLibrary,
        "tls_trust",
        &[
            "unexpected packet format",
            "Unrecognized SSL message, plaintext connection",
            "Unsupported or unrecognized SSL message",
            "first record does not look like a TLS handshake",
            "STARTTLS extension not supported by server",
            "port: 465, response: -1",
            "tls: first record",
            "error:1408F10B",
            "error:0A00010B",
            "SMTP_SSL(host=host",
            "plain text + SSL + 587",
        ],
    )
    .means(
        "TLS from the first byte on a port that begins in clear, or the other way round.",
        &[TLS_PORT_MISMATCH],
    ),
    row(
        "client-tls-2",
        ClientLibrary,
        "tls_trust",
        &[
            "Could not convert socket to TLS",
            "No appropriate protocol",
            "protocol is disabled or cipher suites are inappropriate",
            "The remote certificate is invalid",
            "sslv3 alert handshake failure",
            "tlsv1 alert protocol version",
            "stream_socket_enable_crypto",
            "SSL certificate problem",
            "certificate has expired",
            "does not match the server certificate",
            "certificate hasn't got a known issuer",
            "hostname + doesn't match",
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "attempting to establish an SSL or TLS connection",
            "x509: certificate is",
            "x509: certificate has",
            "x509: certificate relies",
            "x509: certificate signed",
            "x509: certificate specifies",
            "SSL_ERROR_SYSCALL",
            "CERT_HAS_EXPIRED",
            "SELF_SIGNED_CERT_IN_CHAIN",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        ],
    )
    .not(&["535", "534 5.7"])
    .means("No trusted TLS connection comes about.", &[TLS, TLS_PORT_MISMATCH]),
    row(
        "client-unknown-protocol",
        ClientLibrary,
        "tls_trust",
        &["UNKNOWN_PROTOCOL", "SSL23_GET_SERVER_HELLO", "SMTP_SSL + 587", "smtplib.SMTP_SSL + wrong version"],
    )
    .means("TLS from the first byte on a port that begins in clear.", &[TLS_PORT_MISMATCH]),
    row(
        "client-tls-port",
        ClientLibrary,
        "tls_trust",
        &["wrong version number", "ssl3_get_record", "SSL_ERROR_WRONG_VERSION", "unexpected message + SSL"],
    )
    .means(
        "TLS from the first byte on a port that begins in clear, or the other way round.",
        &[TLS_PORT_MISMATCH],
    ),
    row("client-greeting", ClientLibrary, "network", &["Greeting never received"]).means(
        "The server said nothing: usually the wrong mode for this port.",
        &[TLS_PORT_MISMATCH, TIMEOUT],
    ),
    row(
        "client-connect-2",
        ClientLibrary,
        "network",
        &[
            "econnrefused + smtp",
            "smtp + Connection refused",
            "gmail-smtp-in + Connection refused",
            "connect ETIMEDOUT",
            "Net::OpenTimeout",
            "Connection refused + LOG: MAIN",
        ],
    )
    .means("The client cannot connect to the server.", &[CONNECT, TIMEOUT]),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "tls-untrusted",
        ClientLibrary,
        "tls_trust",
        &[
            "Server certificate not verified",
            "certificate verification failed",
            "CERTIFICATE_VERIFY_FAILED",
            "unable to get local issuer certificate",
            "self signed certificate",
            "self-signed certificate",
            "PKIX path building failed",
            "x509: certificate signed by unknown authority",
            "wrong version number",
            "cURL error 60",
        ],
    )
    .means("No trusted TLS connection comes about.", &[TLS]),
    row(
        "client-proxy",
        ClientLibrary,
        "network",
        &[
            "Unable to connect to proxy",
            "ProxyError",
            "Proxy Authentication Required",
            "tunneling socket could not be established",
        ],
    )
    .means("The proxy is in the way.", &[PROXY_UNREACHABLE]),
    row(
        "client-dns",
        ClientLibrary,
        "network",
        &[
            "getaddrinfo failed",
            "getaddrinfo ENOTFOUND",
            "Name or service not known",
            "Temporary failure in name resolution",
            "nodename nor servname provided",
            "php_network_getaddresses",
            "no such host",
            "could not resolve host",
            "UnknownHostException",
            "getaddrinfo EAI_AGAIN",
        ],
    )
    .with(&["smtp", "mail", "google", "gmail", "oauth2", "urllib3", "ENOTFOUND", "EAI_AGAIN"])
    .means("The host name does not resolve.", &[DNS]),
    row(
        "client-connect",
        ClientLibrary,
        "network",
        &[
            "ECONNREFUSED + CONN",
            "ECONNREFUSED + smtp",
            "Connection refused + smtp",
            "Connection could not be established with host",
            "Could not connect to SMTP host",
            "connect ECONNREFUSED",
            "ENETUNREACH",
            "Network is unreachable",
        ],
    )
    .with(&["smtp", "mail", "google", "gmail", "465", "587", ":25", "ECONNECTION"])
    .not(&["postgres", "5432", "3306", "27017", "6379"])
    .means("The client cannot connect to the server.", &[CONNECT]),
    row(
        "client-timeout",
        ClientLibrary,
        "network",
        &[
            "ETIMEDOUT",
            "Connection timed out",
            "Greeting never received",
            "connect timeout",
            "timed out + smtp",
        ],
    )
    .with(&["smtp", "mail", "google", "gmail", "465", "587"])
    .not(&["postgres", "5432", "3306", "27017", "6379"])
    .means("The client received no response within its timeout.", &[TIMEOUT, CONNECT]),
    row(
        "client-eof",
        ClientLibrary,
        "closed",
        &[
            "error=EOF",
            "message: EOF",
            "got an empty response",
            "Connection unexpectedly closed",
            "SMTPServerDisconnected",
            "worker.go:230: EOF",
            "Server terminates connection",
            "EOF + Sending Email",
        ],
    )
    .general()
    .with(&["mail", "smtp", "email"])
    .means("The connection ended without a reply that the program shows.", &[CONNECTION_CLOSED, EHLO_NAME]),
];

pub(super) const GENERAL: &[Signature] = &[
    row(
        "client-tls-chain",
        ClientLibrary,
        "tls_trust",
        &["unable to verify the first certificate", "unknown certificate authority"],
    )
    .means("The certificate is not trusted on this machine.", &[TLS]),
    row("client-dns-2", ClientLibrary, "network", &["Unable to find the server at"])
        .means("The host name does not resolve.", &[DNS]),
    row(
        "client-eof-2",
        ClientLibrary,
        "closed",
        &[
            "failed to set sender: EOF",
            "Failed to send to + EOF",
            "creating smtp client: EOF",
            "but got code + with message + Expected response code 220",
            "smtp + EOF",
        ],
    )
    .general()
    .means("The connection ended without a reply that the program shows.", &[CONNECTION_CLOSED, EHLO_NAME]),
    row(
        "client-gen-smtp",
        ClientLibrary,
        "network",
        &["network_failure + timeout", "network_failure + closed", "retries_exceeded + tls_failed"],
    )
    .general()
    .with(&["smtp", "email"])
    .means("No usable connection to the server.", &[TLS, CONNECT]),
    row(
        "client-dial",
        ClientLibrary,
        "network",
        &[
            "dial tcp + connection refused",
            "dial tcp + i/o timeout",
            "unable to connect to server",
            "data sending failed",
            "Unable to connect to the remote server + smtp",
        ],
    )
    .with(&[":587", ":465", ":25", "smtp", "mail"])
    .not(&["postgres", "5432", "3306", "27017", "6379"])
    .means("The client cannot connect to the server.", &[CONNECT, TIMEOUT]),
    row(
        "client-reset",
        ClientLibrary,
        "network",
        &[
            "ECONNRESET",
            "socket hang up",
            "connection reset by peer",
            "forcibly closed",
            "network socket disconnected before secure TLS",
            "Unable to read data from the transport connection",
            "net_io_connectionclosed",
            "Connection aborted + RemoteDisconnected",
            "EPIPE",
            "broken pipe",
        ],
    )
    .general()
    .with(&["smtp", "mail", "google", "gmail", "googleapis", "ESOCKET", "ECONNECTION", "oauth2"])
    .not(&["postgres", "5432", "3306", "27017", "6379"])
    .means("The connection broke before an answer came.", &[CONNECTION_LOST, TLS_PORT_MISMATCH]),
    row(
        "client-connect-3",
        ClientLibrary,
        "network",
        &[
            "Couldn't connect to host, port",
            "actively refused it",
            "Unable to connect to tcp",
            "Unable to connect to ssl",
            "unable to connect to ssl://",
            "Unable to initialize SMTP properly",
            "cannot connect to smtp",
            "Failed to connect to server + SMTP",
            "An attempt was made to access a socket in a way forbidden",
            "Cannot assign requested address",
            "connect() failed + smtp",
            "Failed to connect to smtp",
            "EHOSTUNREACH",
            "No route to host",
        ],
    )
    .with(&["smtp", "mail", "google", "gmail", "465", "587", ":25"])
    .not(&["postgres", "5432", "3306", "27017", "6379"])
    .means("The client cannot connect to the server.", &[CONNECT, TIMEOUT]),
    row(
        "client-timeout-2",
        ClientLibrary,
        "network",
        &[
            "connected party did not properly respond",
            "execution expired",
            "Net::ReadTimeout",
            "response read timed out",
            "operation has timed out + smtp",
            "cURL error 28",
            "curl: (28)",
            "ESOCKETTIMEDOUT",
            "TimeoutError + smtp",
            "DEADLINE_EXCEEDED + google",
            "context deadline exceeded + google",
            "queryA ETIMEOUT",
            "i/o timeout",
        ],
    )
    .with(&["smtp", "mail", "google", "gmail", "465", "587", "googleapis"])
    .not(&["postgres", "5432", "3306", "27017", "6379"])
    .means("The client received no response within its timeout.", &[TIMEOUT, CONNECT]),
    row(
        "client-dns-3",
        ClientLibrary,
        "network",
        &[
            "queryA",
            "EDNS",
            "getaddrinfo",
            "Name service error for name",
            "Host or domain name not found",
            "unable to look up host",
            "UnresolvedAddressException",
            "No such host is known",
            "nodename nor servname",
            "The remote name could not be resolved",
            "cURL error 6",
            "curl: (6)",
            "Could not resolve",
        ],
    )
    .general()
    .with(&["smtp", "mail", "google", "gmail", "oauth2", "googleapis"])
    .means("The host name does not resolve.", &[DNS]),
    row(
        "client-closed",
        ClientLibrary,
        "closed",
        &[
            "Unexpected socket close",
            "Connection closed + ECONNECTION",
            "lost connection with",
            "receiving the initial server greeting",
            "end of file reached",
            "Exception reading response",
            "has been closed unexpectedly",
            "Can't send command to SMTP host",
            "dial: EOF",
            "addresses + EOF",
            "got bad greeting",
            "Service not available, closing transmission channel",
        ],
    )
    .general()
    .with(&["smtp", "mail", "email"])
    .means("The connection ended without a reply that the program shows.", &[CONNECTION_CLOSED, EHLO_NAME]),
    row(
        "network-tls",
        ClientLibrary,
        "tls_trust",
        &[
            "dh key too small",
            "EPROTO",
            "SSL routines",
            "x509: cannot validate",
            "x509: failed",
            "X509V3: INVALID_CERTIFICATE",
            "tls: server selected",
            "tls: protocol version",
            "tls: failed to verify",
            "remote error: tls",
            "certificate verify failed",
            "does not match certificate's altnames",
            "Peer certificate cannot be authenticated",
            "SSLHandshakeException",
            "SslHandshakeException",
            "SSLCertVerificationError",
            "Server certificate verification failed",
            "self-signed certificate",
            "TLS handshake failed",
            "SSL handshake failed",
            "Cannot start TLS",
            "STARTTLS failed",
            "AuthenticationException: The remote certificate",
            "unable to verify the first certificate",
        ],
    )
    .general()
    .not(FOREIGN_SERVICES)
    .means(
        "No trusted TLS connection comes about. The text may not name the server.",
        &[TLS, TLS_PORT_MISMATCH],
    ),
    row(
        "network-dns",
        ClientLibrary,
        "network",
        &[
            "gaierror",
            "getaddrinfo",
            "EAI_AGAIN",
            "ENOTFOUND",
            "EAI_NONAME",
            "Name or service not known",
            "nodename nor servname provided",
            "Temporary failure in name resolution",
            "No such host is known",
            "UnknownHostException",
            "Host not found",
            "NameResolutionError",
            "NXDOMAIN",
            "could not resolve host",
            "Unable to resolve host",
            "ERR_NAME_NOT_RESOLVED",
            "Failed to resolve",
            "remote name could not be resolved",
            "Unable to find the server at",
            "queryMx",
            "ENODATA",
        ],
    )
    .general()
    .not(FOREIGN_SERVICES)
    .means("A host name does not resolve. No server answered.", &[DNS]),
    row(
        "network-timeout",
        ClientLibrary,
        "network",
        &[
            "i/o timeout",
            "ETIMEDOUT",
            "ESOCKETTIMEDOUT",
            "timed out",
            "Connection timeout",
            "TimeoutError",
            "SocketTimeoutException",
            "WinError 10060",
            "context deadline exceeded",
            "timed out while sending",
            "did not properly respond after a period of time",
            "operation has timed out",
            "deadline exceeded",
        ],
    )
    .general()
    .with(CONTEXT)
    .not(FOREIGN_SERVICES)
    .means("The client received no response within its timeout.", &[TIMEOUT, CONNECT]),
    row(
        "network-connect",
        ClientLibrary,
        "network",
        &[
            "ssmtp: Cannot open",
            "Connection refused",
            "ECONNREFUSED",
            "ConnectionRefusedError",
            "actively refused it",
            "Network is unreachable",
            "ENETUNREACH",
            "EHOSTUNREACH",
            "No route to host",
            "Could not open socket",
            "ssmtp: Cannot open",
            "send-mail: Cannot open",
            "Unable to connect to the remote server",
            "Could not connect to SMTP host",
            "unable to connect to",
            "cannot connect to",
            "Failed to connect to",
            "MailConnectException",
            "Connection could not be established with host",
        ],
    )
    .general()
    .with(CONTEXT)
    .not(FOREIGN_SERVICES)
    .means("The client cannot connect to the server.", &[CONNECT, TIMEOUT]),
    row(
        "network-closed",
        ClientLibrary,
        "closed",
        &[
            "lost connection with",
            "while receiving the initial server greeting",
            "Invalid greeting",
            "but got an empty response",
            "SMTP server has unexpectedly disconnected",
            "SMTPServerDisconnected",
            "Connection unexpectedly closed",
            "Connection closed unexpectedly",
            "Unexpected socket close",
            "MessagingException: [EOF]",
            "please run connect() first",
            "Server closed the connection",
            "connection was closed by the server",
            "Can't read from the server",
            "unexpected EOF + smtp",
            "smtp + EOF",
        ],
    )
    .general()
    .not(FOREIGN_SERVICES)
    .means(
        "The mail server closed the connection, and its reply did not reach the program.",
        &[CONNECTION_CLOSED, TLS_PORT_MISMATCH],
    ),
    row(
        "network-lost",
        ClientLibrary,
        "network",
        &[
            "ECONNRESET",
            "Connection reset by peer",
            "ConnectionResetError",
            "socket hang up",
            "Remote end closed connection without response",
            "RemoteDisconnected",
            "Connection aborted",
            "Premature close",
            "Broken pipe",
            "EPIPE",
            "connection was forcibly closed",
            "Software caused connection abort",
            "server closed idle connection",
            "IncompleteRead",
        ],
    )
    .general()
    .not(FOREIGN_SERVICES)
    .means("The connection broke before the answer was complete.", &[CONNECTION_LOST, TIMEOUT]),
];
