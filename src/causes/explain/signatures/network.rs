//! The connection, as libraries report it.

use super::{Signature, row};
use crate::causes::explain::Speaker::ClientLibrary;
use crate::causes::table::{network::*, smtp::*};

pub(super) const SPECIAL: &[Signature] = &[
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
            "x509: certificate",
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
    .means("No connection to the server.", &[CONNECT, TIMEOUT]),
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
    .means("No connection to the server.", &[CONNECT]),
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
    .means("No answer in time.", &[TIMEOUT, CONNECT]),
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
    .means("No connection to the server.", &[CONNECT, TIMEOUT]),
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
            "ssmtp: Cannot open",
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
    .means("No connection to the server.", &[CONNECT, TIMEOUT]),
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
    .means("No answer in time.", &[TIMEOUT, CONNECT]),
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
];
