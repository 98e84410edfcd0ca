use super::{Condition, Node, Operator, Test};

impl Node {
    /// The value of each column of a key, in the key's order, if the conditions are that each of these columns, and nothing else,
    /// equals something: then they name one row.
    pub fn one_row<'n>(&'n self, key: &[String]) -> Option<Vec<&'n str>> {
        let mut named: Vec<(&str, &str)> = Vec::with_capacity(key.len());
        for condition in &self.conditions {
            let Condition::Column { negated: false, field, test: Test::Compare(Operator::Eq, None, value) } = condition
            else {
                return None;
            };
            if !field.path.is_empty() || named.iter().any(|(column, _)| *column == field.column) {
                return None;
            }
            named.push((&field.column, value));
        }
        if key.is_empty() || named.len() != key.len() {
            return None;
        }
        key.iter().map(|column| named.iter().find(|(of, _)| of == column).map(|(_, value)| *value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableQuery;

    fn one_row(query: &[(&str, &str)], key: &[&str]) -> Option<Vec<String>> {
        let key: Vec<String> = key.iter().map(|&column| column.to_owned()).collect();
        let query = TableQuery::parse(query).expect("well-formed");
        query.root.one_row(&key).map(|values| values.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn a_row_is_named_by_all_of_its_key_and_nothing_else() {
        assert_eq!(one_row(&[("id", "eq.1")], &["id"]), Some(vec!["1".to_owned()]));
        let both = [("b", "eq.2"), ("a", "eq.1"), ("select", "c")];
        assert_eq!(one_row(&both, &["a", "b"]), Some(vec!["1".to_owned(), "2".to_owned()]));
        for other in [
            &[][..],
            &[("a", "eq.1")],
            &[("a", "eq.1"), ("b", "eq.2"), ("c", "eq.3")],
            &[("a", "eq.1"), ("a", "eq.2")],
            &[("a", "eq.1"), ("c", "eq.2")],
            &[("a", "eq.1"), ("b", "gt.2")],
            &[("a", "eq.1"), ("b", "not.eq.2")],
            &[("a", "eq.1"), ("b", "in.(2)")],
            &[("a", "eq.1"), ("b->x", "eq.2")],
            &[("and", "(a.eq.1,b.eq.2)")],
        ] {
            assert_eq!(one_row(other, &["a", "b"]), None, "{other:?}");
        }
        assert_eq!(one_row(&[], &[]), None, "a relation without a key has no row that is named");
    }
}
