//! A query cut at its spaces, where no quotes hold them.

/// A clause as written, without its quotes.
pub(super) struct Word {
    pub(super) text: String,
    /// Where the quoted part began; separators after it are plain text.
    pub(super) quoted_from: usize,
}

pub(super) fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    while letters.peek().is_some() {
        let mut word = Word { text: String::new(), quoted_from: usize::MAX };
        while let Some(letter) = letters.next_if(|letter| !letter.is_whitespace()) {
            if letter != '\'' && letter != '"' {
                word.text.push(letter);
                continue;
            }
            word.quoted_from = word.quoted_from.min(word.text.len());
            loop {
                match letters.next()? {
                    end if end == letter => break,
                    '\\' => word.text.push(letters.next()?),
                    quoted => word.text.push(quoted),
                }
            }
        }
        words.push(word);
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    }
    Some(words)
}
