use axum::http::{HeaderMap, Method};
use domain::table_query::Node;

use crate::store::rest::{Count, Resolution, RestError, SCHEMA, Shape};

/// What the headers of a request ask for.
#[derive(Debug)]
pub(super) struct Head {
    /// One object instead of a list.
    pub(super) single: bool,
    pub(super) without_nulls: bool,
    /// `text/csv`.
    pub(super) csv: bool,
    pub(super) count: Option<Count>,
    pub(super) returns: Return,
    pub(super) resolution: Option<Resolution>,
    pub(super) missing_default: bool,
    pub(super) max_affected: Option<u64>,
    pub(super) rollback: bool,
    /// The preferences that are followed, as they were sent.
    pub(super) applied: Vec<String>,
    /// First and last row.
    range: Option<(u64, Option<u64>)>,
}

/// What a write answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Return {
    Nothing,
    Rows,
}

impl Head {
    /// Reads them.
    ///
    /// # Errors
    /// PGRST106 for another schema, PGRST107 for a media type that is not made, PGRST122 for a preference that is not
    /// known, when `handling=strict`.
    pub(super) fn read(method: &Method, headers: &HeaderMap) -> Result<Self, RestError> {
        let mut head = Self {
            single: false,
            without_nulls: false,
            csv: false,
            count: None,
            returns: Return::Nothing,
            resolution: None,
            missing_default: false,
            max_affected: None,
            rollback: false,
            applied: Vec::new(),
            range: None,
        };
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let profile = headers.get(if reads { "accept-profile" } else { "content-profile" });
        if profile.is_some_and(|profile| profile != SCHEMA) {
            let message = format!("The schema must be one of the following: {SCHEMA}");
            return Err(RestError::new("PGRST106", message));
        }
        head.accept(headers)?;
        head.prefer(headers)?;
        if reads {
            head.range = headers.get("range").and_then(|value| value.to_str().ok()).and_then(range);
        }
        Ok(head)
    }

    fn accept(&mut self, headers: &HeaderMap) -> Result<(), RestError> {
        let accept = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        for media in accept.split(',') {
            let mut parts = media.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            self.without_nulls = parts.any(|part| part.eq_ignore_ascii_case("nulls=stripped"));
            match name.as_str() {
                "*/*"
                | ""
                | "application/*"
                | "application/json"
                | "application/vnd.pgrst.array+json"
                | "application/vnd.pgrst.array" => return Ok(()),
                "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => {
                    self.single = true;
                    return Ok(());
                }
                "text/csv" => {
                    self.csv = true;
                    return Ok(());
                }
                _ => {}
            }
        }
        let cut: String = accept.chars().take(200).collect();
        Err(RestError::new("PGRST107", format!("None of these media types are available: {cut}")))
    }

    fn prefer(&mut self, headers: &HeaderMap) -> Result<(), RestError> {
        let mut unknown = Vec::new();
        let mut strict = false;
        let mut affected = None;
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for word in values.flat_map(|value| value.split(',')).map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "return=representation" => self.returns = Return::Rows,
                "return=minimal" | "return=headers-only" => self.returns = Return::Nothing,
                "count=exact" => self.count = Some(Count::Exact),
                "count=planned" => self.count = Some(Count::Planned),
                "count=estimated" => self.count = Some(Count::Estimated),
                "resolution=merge-duplicates" => self.resolution = Some(Resolution::Merge),
                "resolution=ignore-duplicates" => self.resolution = Some(Resolution::Ignore),
                "missing=default" => self.missing_default = true,
                "missing=null" => self.missing_default = false,
                "tx=rollback" => self.rollback = true,
                "tx=commit" => self.rollback = false,
                "handling=strict" => strict = true,
                "handling=lenient" => strict = false,
                _ => match word.strip_prefix("max-affected=").and_then(|most| most.parse().ok()) {
                    Some(most) => affected = Some(most),
                    None => {
                        unknown.push(word.chars().take(100).collect::<String>());
                        continue;
                    }
                },
            }
            self.applied.push(word.to_owned());
        }
        if strict {
            // As PostgREST has it: a bound that may be overlooked is none.
            self.max_affected = affected;
            if !unknown.is_empty() {
                let details = format!("Invalid preferences: {}", unknown.join(", "));
                let message = "Invalid preferences given with handling=strict";
                return Err(RestError::new("PGRST122", message).details(details));
            }
        }
        Ok(())
    }

    pub(super) fn shape(&self) -> Shape {
        Shape { single: self.single, without_nulls: self.without_nulls, count: self.count }
    }

    /// Narrows the rows to those of the `Range` header.
    ///
    /// # Errors
    /// PGRST103 when it ends before it begins.
    pub(super) fn apply_range(&self, node: &mut Node) -> Result<(), RestError> {
        let Some((first, last)) = self.range.filter(|_| node.limit.is_none() && node.offset == 0) else {
            return Ok(());
        };
        node.offset = first;
        if let Some(last) = last {
            let limit = last.checked_sub(first).map(|rows| rows.saturating_add(1)).ok_or_else(|| {
                RestError::new("PGRST103", "Requested range not satisfiable").details(
                    "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
                )
            })?;
            node.limit = Some(limit);
        }
        Ok(())
    }
}

/// `0-9` or `10-`; anything else is not about rows.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (first, last) = text.trim().strip_prefix("items=").unwrap_or(text.trim()).split_once('-')?;
    let first = first.parse::<u32>().ok()?.into();
    if last.is_empty() { Some((first, None)) } else { Some((first, Some(last.parse::<u32>().ok()?.into()))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(pairs: &[(&'static str, &'static str)]) -> Result<Head, RestError> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a value"));
        }
        Head::read(&Method::GET, &headers)
    }

    #[test]
    fn preferences_are_read_and_unknown_ones_only_matter_when_strict() {
        let made = head(&[("prefer", "return=representation, count=exact,x=y"), ("prefer", "max-affected=3")]);
        let made = made.expect("read");
        assert!(made.count == Some(Count::Exact) && made.returns == Return::Rows && made.max_affected.is_none());
        assert_eq!(made.applied, ["return=representation", "count=exact", "max-affected=3"]);
        let strict = head(&[("prefer", "handling=strict, max-affected=3")]).expect("read");
        assert_eq!(strict.max_affected, Some(3));
        assert_eq!(head(&[("prefer", "handling=strict, x=y")]).err().map(|e| e.code).as_deref(), Some("PGRST122"));
    }

    #[test]
    fn media_types_and_schemas_that_there_are_not_are_refused() {
        assert!(head(&[("accept", "application/vnd.pgrst.object+json")]).is_ok_and(|head| head.single));
        assert!(head(&[("accept", "image/png, */*;q=0.1")]).is_ok());
        assert_eq!(head(&[("accept", "image/png")]).err().map(|e| e.code).as_deref(), Some("PGRST107"));
        assert_eq!(head(&[("accept-profile", "app")]).err().map(|e| e.code).as_deref(), Some("PGRST106"));
        assert!(head(&[("accept-profile", "public")]).is_ok());
    }

    #[test]
    fn ranges_of_rows_are_read() {
        assert_eq!(range("0-9"), Some((0, Some(9))));
        assert_eq!(range("10-"), Some((10, None)));
        for other in ["", "-", "bytes=0-9", "a-b", "0-99999999999999999999"] {
            assert_eq!(range(other), None, "{other}");
        }
    }
}
