//! The authorities that the environment says to trust.

use std::ffi::OsStr;
use std::path::Path;

use crate::input_file;

/// What makes `SSL_CERT_FILE` unusable, if it is set and unusable: TLS passes over such a file in silence, and then
/// trusts nobody.
pub(super) fn fault_of_file(named: Option<&OsStr>) -> Option<String> {
    let path = Path::new(named?);
    let fault = match input_file::read(path, input_file::MAX_BYTES) {
        Ok(bytes) if holds_certificate(&bytes) => return None,
        Ok(_) => "it contains no PEM certificate".to_owned(),
        Err(error) => error.to_string(),
    };
    Some(format!("SSL_CERT_FILE={}: {fault}", path.display()))
}

/// Whether reading the file could wait for ever: TLS opens it without looking.
pub(super) fn is_endless(named: Option<&OsStr>) -> bool {
    let found = named.and_then(|path| std::fs::metadata(path).ok());
    found.is_some_and(|found| !found.is_file() && !found.is_dir())
}

fn holds_certificate(bytes: &[u8]) -> bool {
    let begin = b"-----BEGIN CERTIFICATE-----";
    bytes.windows(begin.len()).any(|window| window == begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_no_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let fault = || fault_of_file(Some(path.as_os_str())).unwrap_or_default();
        assert!(fault().contains("ca.pem: No such file"), "{}", fault());
        std::fs::write(&path, "-----BEGIN PRIVATE KEY-----").unwrap();
        assert!(fault().ends_with("it contains no PEM certificate"), "{}", fault());
        std::fs::write(&path, "# ours\n-----BEGIN CERTIFICATE-----\n").unwrap();
        assert_eq!(fault(), "");
        assert_eq!(fault_of_file(None), None);
        assert!(!is_endless(Some(path.as_os_str())) && !is_endless(Some(folder.path().as_os_str())));
        assert!(is_endless(Some(OsStr::new("/dev/zero"))) && !is_endless(None));
    }
}
