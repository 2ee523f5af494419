//! What the browser may do with the page: show it, with exactly our style and script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub(super) const STYLE: &str = include_str!("templates/report.css");
pub(super) const SCRIPT: &str = include_str!("templates/report.js");

/// The style that differs from run to run: the run id at the foot of each printed page.
pub(super) fn print_style(run: &str) -> String {
    let is_safe = |letter: &char| letter.is_ascii_alphanumeric() || "-, ".contains(*letter);
    let safe: String = run.chars().filter(is_safe).take(60).collect();
    format!(
        "@page{{@bottom-left{{content:\"Run {safe}. Confidential.\";font:8pt sans-serif}}\
         @bottom-right{{content:counter(page) \" / \" counter(pages);font:8pt sans-serif}}}}"
    )
}

/// The hash of an inline block, as a content security policy names it.
pub(super) fn hash(block: &str) -> String {
    STANDARD.encode(Sha256::digest(block))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_cannot_end_early() {
        assert!(!STYLE.contains('<') && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(
            !SCRIPT.contains("innerHTML") && !SCRIPT.contains("insertAdjacent") && !SCRIPT.contains("eval")
        );
    }

    #[test]
    fn a_run_id_cannot_leave_its_string() {
        assert!(print_style("1\"}</style>\\").contains("\"Run 1style. Confidential.\""));
    }
}
