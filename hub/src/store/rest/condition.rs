use domain::table_query::{Condition, Is, Operator, Quantifier, Search, Test};

use super::RestError;
use super::schema::{Kind, Relation, Sealed, quoted};
use super::select::{Builder, sealed};

impl Builder<'_> {
    /// A condition as SQL. `embeds` gives the row of an embed by its name, for `venues=is.null`.
    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        relation: &Relation,
        alias: &str,
        embeds: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Result<String, RestError> {
        match condition {
            Condition::Group { negated, any, conditions } => {
                let mut parts = Vec::with_capacity(conditions.len());
                for condition in conditions {
                    parts.push(self.condition(condition, relation, alias, embeds)?);
                }
                let all = parts.join(if *any { " or " } else { " and " });
                Ok(not(*negated, &format!("({all})")))
            }
            Condition::Column { negated, field, test } => {
                if let (None, true, Test::Is(is @ (Is::Null | Is::NotNull))) =
                    (relation.column(&field.column), field.path.is_empty(), test)
                    && let Some(row) = embeds(&field.column)
                {
                    return Ok(not(*negated, &is_test(&row, *is)));
                }
                let column = relation.visible(&field.column, self.role)?;
                let sql = match &column.kind {
                    Kind::Sealed(of) if field.path.is_empty() => self.sealed_test(of, &column.name, alias, test)?,
                    kind => {
                        let words = matches!(kind, Kind::Words);
                        let left = self.field(field, relation, alias)?;
                        self.test(&left, test, words)
                    }
                };
                Ok(not(*negated, &sql))
            }
        }
    }

    fn test(&mut self, left: &str, test: &Test, words: bool) -> String {
        match test {
            Test::Is(is) => is_test(left, *is),
            Test::In(values) => {
                let values = self.bind(array(values));
                format!("{left} = any ({values})")
            }
            Test::Compare(operator, quantifier, value) => {
                let value = self.bind(value.as_str());
                let operator = operator_sql(*operator);
                match quantifier {
                    None => format!("{left} {operator} {value}"),
                    Some(Quantifier::Any) => format!("{left} {operator} any ({value})"),
                    Some(Quantifier::All) => format!("{left} {operator} all ({value})"),
                }
            }
            Test::Search(search, language, text) => {
                let function = match search {
                    Search::Plain => "to_tsquery",
                    Search::Words => "plainto_tsquery",
                    Search::Phrase => "phraseto_tsquery",
                    Search::Web => "websearch_to_tsquery",
                };
                // The columns made for searching hold words as they are written.
                let language = self.bind(language.as_deref().unwrap_or("simple"));
                let text = self.bind(text.as_str());
                let left = if words { left.to_owned() } else { format!("to_tsvector({language}::regconfig, {left})") };
                format!("{left} @@ {function}({language}::regconfig, {text})")
            }
        }
    }

    /// A sealed value can be compared for equality, through its index, and be there or not.
    fn sealed_test(&mut self, of: &Sealed, name: &str, alias: &str, test: &Test) -> Result<String, RestError> {
        if let Test::Is(is @ (Is::Null | Is::NotNull)) = test {
            return Ok(is_test(&format!("{alias}.{}", quoted(&of.stored)), *is));
        }
        let Some(index) = &of.index else {
            return Err(sealed(name, "it has no index, so only is.null can be asked of it"));
        };
        let left = format!("{alias}.{}", quoted(index));
        match test {
            Test::Compare(operator @ (Operator::Eq | Operator::Neq), None, value) => {
                let value = self.bind(self.master.blind_index_text(value));
                Ok(format!("{left} {} {value}", operator_sql(*operator)))
            }
            Test::In(values) => {
                let values: Vec<String> = values.iter().map(|value| self.master.blind_index_text(value)).collect();
                let values = self.bind(array(&values));
                Ok(format!("{left} = any ({values})"))
            }
            _ => Err(sealed(name, "it is only compared for equality")),
        }
    }
}

fn not(negated: bool, sql: &str) -> String {
    if negated { format!("not ({sql})") } else { format!("({sql})") }
}

fn is_test(left: &str, is: Is) -> String {
    let what = match is {
        Is::Null => "null",
        Is::NotNull => "not null",
        Is::True => "true",
        Is::False => "false",
        Is::Unknown => "unknown",
    };
    format!("{left} is {what}")
}

fn operator_sql(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "=",
        Operator::Neq => "<>",
        Operator::Gt => ">",
        Operator::Gte => ">=",
        Operator::Lt => "<",
        Operator::Lte => "<=",
        Operator::Like => "like",
        Operator::Ilike => "ilike",
        Operator::Match => "~",
        Operator::Imatch => "~*",
        Operator::IsDistinct => "is distinct from",
        Operator::Contains => "@>",
        Operator::Contained => "<@",
        Operator::Overlaps => "&&",
        Operator::StrictlyLeft => "<<",
        Operator::StrictlyRight => ">>",
        Operator::NotLeft => "&>",
        Operator::NotRight => "&<",
        Operator::Adjacent => "-|-",
    }
}

/// Values as the text of an array.
fn array(values: &[String]) -> String {
    let quoted: Vec<String> =
        values.iter().map(|value| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}
