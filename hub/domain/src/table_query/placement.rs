use super::scan::Scan;
use super::selection::{Field, field};
use super::{Item, Node, Order, QueryError, bounds, condition};

/// Puts one parameter where it belongs: at the table of the request, or at the embed that its name leads to.
pub(super) fn place(root: &mut Node, key: &str, value: &str, budget: &mut usize) -> Result<(), QueryError> {
    let (embeds, last) = address(key)?;
    let mut node = root;
    let mut embeds = embeds.as_slice();
    let negated = embeds.last().is_some_and(|word| word == "not") && matches!(last.column.as_str(), "and" | "or");
    if negated {
        embeds = &embeds[..embeds.len() - 1];
    }
    for name in embeds {
        node = match node.embed_mut(name) {
            Some(embed) => &mut embed.node,
            None => return Err(QueryError::NotEmbedded(name.clone())),
        };
    }
    let plain = last.path.is_empty();
    match last.column.as_str() {
        "order" if plain => node.order = order(value)?,
        "limit" if plain => node.limit = Some(number("limit", value)?),
        "offset" if plain => node.offset = number("offset", value)?,
        word @ ("and" | "or") if plain => {
            condition::spend(budget)?;
            node.conditions.push(condition::group(value, negated, word == "or", budget)?);
        }
        _ => {
            condition::spend(budget)?;
            node.conditions.push(condition::of_column(&format!("filter {key}"), last, value)?);
        }
    }
    Ok(())
}

/// Splits `venues.rooms.meta->>size` into the embeds on the way and the column.
fn address(key: &str) -> Result<(Vec<String>, Field), QueryError> {
    let mut scan = Scan::new("filter", key);
    let mut embeds = Vec::new();
    loop {
        let field = field(&mut scan)?;
        if scan.is_done() {
            return Ok((embeds, field));
        }
        if embeds.len() > bounds::DEPTH {
            return Err(QueryError::TooMany { what: "embeds below one another", at_most: bounds::DEPTH });
        }
        if !field.path.is_empty() {
            return Err(scan.error("the end"));
        }
        scan.expect(".", "a dot or the end")?;
        embeds.push(field.column);
    }
}

fn number(what: &str, value: &str) -> Result<u64, QueryError> {
    value
        .parse::<i64>()
        .ok()
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| QueryError::syntax(what, value, "a number that is not negative"))
}

fn order(text: &str) -> Result<Vec<Order>, QueryError> {
    let mut scan = Scan::new("order", text);
    let mut terms = Vec::new();
    while !scan.is_done() {
        if terms.len() == bounds::ORDER {
            return Err(QueryError::TooMany { what: "terms of an order", at_most: bounds::ORDER });
        }
        let mut of = field(&mut scan)?;
        let mut embed = None;
        if scan.eat("(") {
            embed = Some(of.column);
            of = field(&mut scan)?;
            scan.expect(")", "a closing parenthesis")?;
        }
        let mut term = Order { embed, field: of, descending: false, nulls_first: None };
        while scan.eat(".") {
            match scan.until(|c| !c.is_ascii_lowercase()) {
                "asc" => term.descending = false,
                "desc" => term.descending = true,
                "nullsfirst" => term.nulls_first = Some(true),
                "nullslast" => term.nulls_first = Some(false),
                _ => return Err(scan.error("asc, desc, nullsfirst or nullslast")),
            }
        }
        terms.push(term);
        if !scan.eat(",") && !scan.is_done() {
            return Err(scan.error("a comma"));
        }
    }
    Ok(terms)
}

impl Node {
    /// Whether something is computed over its rows.
    pub fn is_aggregated(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Pick(pick) if pick.aggregate.is_some()))
    }
}
