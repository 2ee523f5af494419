//! A page as a browser reads it, for tests: by html5ever, the parser that browsers' rules were written into.

use scraper::{ElementRef, Html, Selector};

pub(super) struct Page(Html);

impl Page {
    pub(super) fn parse(html: &str) -> Self {
        Self(Html::parse_document(html))
    }

    /// Elements in the order of the page.
    pub(super) fn select(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"));
        let document = self.0.root_element();
        // The root itself is no descendant of itself.
        let root = Some(document).filter(|root| selector.matches(root));
        root.into_iter().chain(document.select(&selector)).collect()
    }

    pub(super) fn count(&self, selector: &str) -> usize {
        self.select(selector).len()
    }

    /// A parser that follows the standard complains of a tag that nothing closes, and of one that closes nothing.
    pub(super) fn assert_valid(&self) {
        assert!(self.0.errors.is_empty(), "{:?}", self.0.errors);
    }
}
