//! A small reader of HTML, for tests: tags, attributes, and whether they balance.

pub(super) struct Page {
    pub(super) tags: Vec<Tag>,
}

pub(super) struct Tag {
    pub(super) name: String,
    pub(super) is_end: bool,
    is_closed: bool,
    pub(super) attributes: Vec<(String, String)>,
    /// What stands inside `style` and `script`.
    pub(super) raw_text: String,
}

impl Tag {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Page {
    pub(super) fn parse(html: &str) -> Self {
        let mut tags = Vec::new();
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            rest = &rest[start + 1..];
            let Some((mut tag, after)) = tag(rest) else { continue };
            rest = after;
            if !tag.is_end && matches!(tag.name.as_str(), "style" | "script") {
                let end = rest.find(&format!("</{}>", tag.name)).expect("a raw block ends");
                tag.raw_text = rest[..end].to_owned();
                rest = &rest[end + tag.name.len() + 3..];
                tag.is_closed = true;
            }
            tags.push(tag);
        }
        Self { tags }
    }

    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> + Clone {
        self.tags.iter().filter(move |tag| !tag.is_end && tag.name == name)
    }

    pub(super) fn count(&self, name: &str) -> usize {
        self.named(name).count()
    }

    pub(super) fn assert_balanced(&self) {
        let mut open: Vec<&str> = Vec::new();
        for tag in &self.tags {
            if tag.is_end {
                assert_eq!(open.pop(), Some(tag.name.as_str()), "inside {open:?}");
            } else if !tag.is_closed && !matches!(tag.name.as_str(), "meta" | "br" | "input" | "link" | "img")
            {
                open.push(&tag.name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

/// The tag that begins after `<`, and what follows it.
fn tag(text: &str) -> Option<(Tag, &str)> {
    let is_end = text.starts_with('/');
    let text = text.strip_prefix('/').unwrap_or(text);
    let length = text.find(|letter: char| !letter.is_ascii_alphanumeric())?;
    if length == 0 {
        return None;
    }
    let mut tag = Tag {
        name: text[..length].to_ascii_lowercase(),
        is_end,
        is_closed: false,
        attributes: Vec::new(),
        raw_text: String::new(),
    };
    let mut rest = text[length..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        if let Some(after) = rest.strip_prefix("/>") {
            tag.is_closed = true;
            return Some((tag, after));
        }
        let end = rest.find(['=', '>', ' ', '\n', '/'])?;
        assert!(end > 0, "no attribute name at {}", &rest[..rest.len().min(40)]);
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let quote =
                after.chars().next().filter(|quote| matches!(quote, '"' | '\'')).expect("values are quoted");
            let close = after[1..].find(quote).expect("a quote closes");
            value = after[1..=close].to_owned();
            rest = &after[close + 2..];
        }
        tag.attributes.push((name, value));
        rest = rest.trim_start();
    }
}
