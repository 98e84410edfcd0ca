use domain::table_query::{Condition, Embed, Join, Node, Order};

use super::RestError;
use super::parts::{Joined, Output, Select};
use super::relationship::{Relationship, Way, resolve};
use super::schema::{Relation, SCHEMA, quoted};
use super::select::{Builder, ROW_CAP};

/// An embed: its alias and the names of what it shows besides its row, where it is joined.
pub(super) struct Embedded {
    pub(super) alias: String,
    pub(super) many: bool,
    pub(super) shown: Vec<String>,
}

impl Builder<'_> {
    pub(super) fn embed(
        &mut self,
        select: &mut Select,
        embed: &Embed,
        from: &Relation,
        parent: &str,
        node: &Node,
    ) -> Result<Embedded, RestError> {
        let order: Vec<&Order> = node.order.iter().filter(|o| o.embed.as_deref() == Some(embed.name())).collect();
        let only_shown = only_shown(embed, node);
        let schema = self.schema;
        let relationship = resolve(schema, from, embed)?;
        let target = schema.relation(&relationship.target)?;
        let many = !relationship.to_one;
        if many && embed.spread {
            let message = format!("A spread operation on '{}' is not possible", embed.name());
            let details =
                format!("'{}' and '{}' do not form a many-to-one or one-to-one relationship", from.name, embed.name());
            return Err(RestError::new("PGRST119", message).details(details));
        }
        let source = format!("{}.{}", quoted(SCHEMA), quoted(&target.name));
        let child = self.alias();
        let mut inner = Select {
            outputs: Vec::new(),
            aggregated: embed.node.is_aggregated(),
            from: format!("{source} as {child}"),
            joins: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            limit: match (many, only_shown) {
                (true, _) => Some(embed.node.limit.unwrap_or(ROW_CAP).min(ROW_CAP)),
                // There is one at most; said, because a value is made of it.
                (false, true) => Some(1),
                (false, false) => None,
            },
            offset: if many { embed.node.offset } else { 0 },
        };
        self.link(&mut inner, &relationship, from, parent, target, &child)?;
        self.fill(&mut inner, &embed.node, target, &child)?;
        let mut shown = Vec::new();
        let mut more = String::new();
        if !many {
            for (nth, term) in order.iter().enumerate() {
                let sql = self.ordering(&term.field, target, &child)?;
                more.push_str(&format!(", {sql} as o{nth}"));
                shown.push(format!("o{nth}"));
            }
        }
        if inner.aggregated && !more.is_empty() {
            return Err(RestError::senseless("Rows are not ordered by an embed that computes something."));
        }
        let alias = self.alias();
        if only_shown {
            // As a value it is looked up for the rows that are answered. A join is made for all that pass the filters,
            // before they are sorted and all but a page of them dropped.
            let rows = inner.rows("");
            let sql = if many {
                format!("(select coalesce(json_agg(s.j), '[]'::json) from ({rows}) s)")
            } else {
                format!("({rows})")
            };
            select.outputs.push(Output { name: embed.name().to_owned(), sql, groups: false });
            return Ok(Embedded { alias, many, shown });
        }
        let (join, condition) = match embed.join {
            Join::Left => ("left join", "true".to_owned()),
            Join::Inner => ("join", format!("{alias}.j is not null")),
        };
        if embed.spread && inner.aggregated {
            return Err(RestError::senseless("An embed that computes something is not spread."));
        }
        if embed.spread {
            for (nth, output) in inner.outputs.iter().enumerate() {
                more.push_str(&format!(", {} as s{nth}", output.sql));
                let (name, sql) = (output.name.clone(), format!("{alias}.s{nth}"));
                select.outputs.push(Output { name, sql, groups: true });
            }
            inner.outputs.clear();
        } else if !embed.node.items.is_empty() {
            let sql = if many { format!("coalesce({alias}.j, '[]'::json)") } else { format!("{alias}.j") };
            select.outputs.push(Output { name: embed.name().to_owned(), sql, groups: false });
        }
        let rows = inner.rows(&more);
        let lateral = if many { format!("select json_agg(s.j) as j from ({rows}) s") } else { rows };
        select.joins.push(Joined {
            sql: format!("{join} lateral ({lateral}) {alias} on {condition}"),
            decides: embed.join == Join::Inner,
        });
        Ok(Embedded { alias, many, shown })
    }

    fn link(
        &mut self,
        inner: &mut Select,
        relationship: &Relationship,
        from: &Relation,
        parent: &str,
        target: &Relation,
        child: &str,
    ) -> Result<(), RestError> {
        let (role, alias) = (self.role, self.alias());
        let mut equal = |left: (&Relation, &str, &str), right: (&Relation, &str, &str)| -> Result<(), RestError> {
            // What leads by a column that the role does not see would show it.
            let (l, r) = (left.0.visible(left.2, role)?, right.0.visible(right.2, role)?);
            inner.conditions.push(format!("{}.{} = {}.{}", left.1, quoted(l.stored()), right.1, quoted(r.stored())));
            Ok(())
        };
        match &relationship.way {
            Way::Direct(pairs) => {
                for (left, right) in pairs {
                    equal((target, child, right), (from, parent, left))?;
                }
            }
            Way::Through { table, there, on } => {
                let between = self.schema.relation(table)?;
                for (left, right) in there {
                    equal((between, &alias, right), (from, parent, left))?;
                }
                for (left, right) in on {
                    equal((target, child, right), (between, &alias, left))?;
                }
                inner.from.push_str(&format!(" cross join {}.{} as {alias}", quoted(SCHEMA), quoted(table)));
            }
        }
        Ok(())
    }
}

/// Whether an embed is a value in each row and nothing else: no row is chosen or placed by it.
fn only_shown(embed: &Embed, node: &Node) -> bool {
    let places = || node.order.iter().any(|term| term.embed.as_deref() == Some(embed.name()));
    embed.join == Join::Left
        && !embed.spread
        && !embed.node.items.is_empty()
        && !places()
        && !asked_about(embed.name(), &node.conditions)
}

/// Whether conditions name an embed.
fn asked_about(name: &str, conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| match condition {
        Condition::Group { conditions, .. } => asked_about(name, conditions),
        Condition::Column { field, .. } => field.column == name,
    })
}
