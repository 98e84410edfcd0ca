use super::{QueryError, bounds};

/// Reads a text from left to right. Knows which parameter it is in, for errors.
pub(super) struct Scan<'a> {
    what: &'a str,
    whole: &'a str,
    rest: &'a str,
}

impl<'a> Scan<'a> {
    pub(super) fn new(what: &'a str, whole: &'a str) -> Self {
        Self { what, whole, rest: whole }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Steps over a token if it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    pub(super) fn expect(&mut self, token: &str, expected: &'static str) -> Result<(), QueryError> {
        if self.eat(token) { Ok(()) } else { Err(self.error(expected)) }
    }

    pub(super) fn error(&self, expected: &'static str) -> QueryError {
        QueryError::syntax(self.what, self.whole, expected)
    }

    /// What comes before the first character that `stop` accepts.
    pub(super) fn until(&mut self, stop: impl FnMut(char) -> bool) -> &'a str {
        let end = self.rest.find(stop).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// A name: quoted, or letters, digits, `_`, `$`, inner spaces, and dashes that begin no arrow.
    pub(super) fn name(&mut self) -> Result<String, QueryError> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let mut end = 0;
        for (at, c) in self.rest.char_indices() {
            let dash = c == '-' && !self.rest[at + 1..].starts_with('>');
            if !(c.is_alphanumeric() || matches!(c, '_' | '$' | ' ') || dash) {
                break;
            }
            end = at + c.len_utf8();
        }
        let (name, rest) = self.rest.split_at(end);
        let name = name.trim();
        if name.is_empty() {
            return Err(self.error("a name"));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    /// A text in double quotes; a backslash takes the next character as it is.
    pub(super) fn quoted(&mut self) -> Result<String, QueryError> {
        self.expect("\"", "a double quote")?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err(self.error("a closing double quote"))
    }

    /// The values of `(a,"b, c",d)`.
    pub(super) fn list(&mut self) -> Result<Vec<String>, QueryError> {
        self.expect("(", "a list in parentheses")?;
        let mut values = Vec::new();
        if self.eat(")") {
            return Ok(values);
        }
        loop {
            if values.len() == bounds::LIST {
                return Err(QueryError::TooMany { what: "values in a list", at_most: bounds::LIST });
            }
            let quoted = self.peek() == Some('"');
            values.push(if quoted { self.quoted()? } else { self.until(|c| matches!(c, ',' | ')')).to_owned() });
            if self.eat(")") {
                return Ok(values);
            }
            self.expect(",", "a comma or a closing parenthesis")?;
        }
    }
}

/// Names with commas between them: `a,"b c"`.
pub(super) fn names(what: &str, text: &str) -> Result<Vec<String>, QueryError> {
    let mut scan = Scan::new(what, text);
    let mut names = Vec::new();
    while !scan.is_done() {
        if names.len() == bounds::ITEMS {
            return Err(QueryError::TooMany { what: "columns", at_most: bounds::ITEMS });
        }
        names.push(scan.name()?);
        if !scan.eat(",") && !scan.is_done() {
            return Err(scan.error("a comma"));
        }
    }
    Ok(names)
}
