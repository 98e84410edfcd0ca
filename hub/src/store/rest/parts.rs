use super::schema::quoted;

/// One SELECT, in parts: so that rows and their count can be asked for with the same words.
pub(super) struct Select {
    pub(super) outputs: Vec<Output>,
    pub(super) aggregated: bool,
    pub(super) from: String,
    pub(super) joins: Vec<Joined>,
    pub(super) conditions: Vec<String>,
    pub(super) order: Vec<String>,
    pub(super) limit: Option<u64>,
    pub(super) offset: u64,
}

pub(super) struct Output {
    pub(super) name: String,
    pub(super) sql: String,
    /// Rows with the same value form a group.
    pub(super) groups: bool,
}

pub(super) struct Joined {
    pub(super) sql: String,
    /// Decides which rows there are.
    pub(super) decides: bool,
}

impl Select {
    /// `select ... as j, ...`: one JSON object a row.
    pub(super) fn rows(&self, more: &str) -> String {
        let columns: Vec<String> =
            self.outputs.iter().map(|output| format!("{} as {}", output.sql, quoted(&output.name))).collect();
        let columns = columns.join(", ");
        let order = if self.order.is_empty() { String::new() } else { format!(" order by {}", self.order.join(", ")) };
        let limit = self.limit.map(|limit| format!(" limit {limit}")).unwrap_or_default();
        let offset = if self.offset == 0 { String::new() } else { format!(" offset {}", self.offset) };
        let from = self.source_where(|_| true);
        if self.aggregated {
            let groups = self.groups();
            format!(
                "select row_to_json(g) as j{more} from (select {columns} from {from}{groups}{order}{limit}{offset}) g"
            )
        } else {
            format!(
                "select (select row_to_json(r) from (select {columns}) r) as j{more} from {from}{order}{limit}{offset}"
            )
        }
    }

    /// `select count(*) ...`: how many there would be without limit and offset.
    pub(super) fn count(&self) -> String {
        if self.aggregated {
            return format!("select count(*) from ({}) g", self.countable());
        }
        format!("select count(*) from {}", self.source_where(|join| join.decides))
    }

    /// The same, but no further than `most`.
    pub(super) fn count_to(&self, most: u64) -> String {
        format!("select count(*) from ({} limit {most}) g", self.countable())
    }

    /// One row for each that there would be without limit and offset.
    fn countable(&self) -> String {
        match self.aggregated {
            true => format!("select count(*) from {}{}", self.source_where(|_| true), self.groups()),
            false => format!("select 1 from {}", self.source_where(|join| join.decides)),
        }
    }

    /// What is asked for, all of it.
    pub(super) fn unlimited(mut self) -> String {
        (self.limit, self.offset) = (None, 0);
        self.rows("")
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    fn groups(&self) -> String {
        let groups: Vec<&str> =
            self.outputs.iter().filter(|output| output.groups).map(|output| output.sql.as_str()).collect();
        if groups.is_empty() { String::new() } else { format!(" group by {}", groups.join(", ")) }
    }

    fn source_where(&self, wanted: impl Fn(&Joined) -> bool) -> String {
        let mut sql = self.from.clone();
        for join in self.joins.iter().filter(|join| wanted(join)) {
            sql.push(' ');
            sql.push_str(&join.sql);
        }
        if !self.conditions.is_empty() {
            sql.push_str(" where ");
            sql.push_str(&self.conditions.join(" and "));
        }
        sql
    }
}
