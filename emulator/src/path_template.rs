//! The path of a method, with its parameters: which addresses it fits, and what they say.

use percent_encoding::percent_decode_str;

/// A path as a discovery document writes it, part by part.
#[derive(Debug)]
pub(crate) struct PathTemplate {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(&'static str),
    /// A parameter, and the custom verb behind it with its colon: empty for most.
    Parameter {
        name: &'static str,
        verb: &'static str,
    },
}

/// What a path says for each parameter; none for a part that is no text once decoded.
pub(crate) type PathParameters = Option<Vec<(String, String)>>;

impl PathTemplate {
    pub(crate) fn parse(path: &'static str) -> Self {
        let part = |text: &'static str| match text.strip_prefix('{').and_then(|text| text.split_once('}')) {
            Some((name, verb)) => Part::Parameter { name, verb },
            None => Part::Text(text),
        };
        Self { parts: path.split('/').map(part).collect() }
    }

    pub(crate) fn fits(&self, path: &str) -> bool {
        self.raw_values(path).is_some()
    }

    /// Whether a path has a custom verb that is not this method's: then it is no other verb's path either.
    pub(crate) fn misses_verb(&self, path: &str) -> bool {
        let own = match self.parts.last() {
            Some(Part::Text(text)) => text.contains(':'),
            Some(Part::Parameter { verb, .. }) => !verb.is_empty(),
            None => false,
        };
        !own && path.rsplit('/').next().is_some_and(|last| last.contains(':'))
    }

    /// How many parts are given by the path itself: the method of the closest fit answers.
    pub(crate) fn closeness(&self) -> usize {
        self.parts.iter().map(Part::closeness).sum()
    }

    /// The parameters of a path that fits.
    pub(crate) fn parameters(&self, path: &str) -> PathParameters {
        let decoded = |raw| percent_decode_str(raw).decode_utf8().ok().map(|text| text.into_owned());
        let values = self.raw_values(path)?;
        values.into_iter().map(|(name, raw)| Some((name.to_owned(), decoded(raw)?))).collect()
    }

    fn raw_values<'p>(&self, path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
        let mut given = path.strip_prefix('/')?.split('/');
        let mut values = Vec::new();
        for part in &self.parts {
            let text = given.next()?;
            match part {
                Part::Text(wanted) if *wanted == text => {}
                Part::Text(_) => return None,
                Part::Parameter { name, verb } => {
                    values.push((*name, text.strip_suffix(verb).filter(|value| !value.is_empty())?));
                }
            }
        }
        given.next().is_none().then_some(values)
    }
}

impl Part {
    fn closeness(&self) -> usize {
        match self {
            Self::Text(_) => 2,
            Self::Parameter { verb, .. } => usize::from(!verb.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_with_its_verb_and_is_decoded() {
        let template = PathTemplate::parse("v1/projects/{project}/serviceAccounts/{account}:signJwt");
        let given = |path| template.parameters(path);
        let expected = vec![("project".to_owned(), "-".to_owned()), ("account".to_owned(), "a@b".to_owned())];
        assert_eq!(given("/v1/projects/-/serviceAccounts/a%40b:signJwt"), Some(expected));
        assert_eq!(given("/v1/projects/-/serviceAccounts/%ff:signJwt"), None);
        assert!(template.fits("/v1/projects/-/serviceAccounts/%ff:signJwt"));
        for path in ["/v1/projects/-/serviceAccounts/a", "/v1/projects/-/serviceAccounts/:signJwt", "/v1"] {
            assert!(!template.fits(path), "{path}");
        }
    }
}
