use super::super::columns::Columns;
use super::super::text::{filled, flag};
use super::super::{ImportErrorCode, RowError};
use super::{Guest, LARGEST_PARTY, StoredGuest, Tier};
use crate::guest_name::fold;
use crate::registration::RegistrationStatus;

/// Most characters of a name, a reference or a seat.
const LONGEST_LINE: usize = 200;
/// Most characters of a note.
const LONGEST_NOTE: usize = 1000;

/// One row of a guest list.
pub(super) struct Reader<'a> {
    pub(super) columns: &'a Columns,
    pub(super) row: usize,
    pub(super) cells: &'a [String],
    pub(super) tiers: &'a [Tier],
}

/// What a row says. An inner `None` of seat and note is a cell left empty on purpose.
pub(super) struct Said {
    pub(super) external_ref: Option<String>,
    pub(super) name: String,
    pub(super) email: Option<String>,
    tier: Option<uuid::Uuid>,
    party_size: Option<u16>,
    vip: Option<bool>,
    seat: Option<Option<String>>,
    door_note: Option<Option<String>>,
    status: Option<RegistrationStatus>,
    code: Option<String>,
}

impl Reader<'_> {
    pub(super) fn error(&self, field: &str, code: ImportErrorCode, message: impl Into<String>) -> RowError {
        RowError::new(self.row, self.columns.header(field), code, message)
    }

    fn cell(&self, field: &str) -> Option<&str> {
        self.columns.cell(self.cells, field)
    }

    fn given(&self, field: &str) -> Option<&str> {
        self.cell(field).filter(|cell| !cell.is_empty())
    }

    /// Everything that the row says, or everything that is wrong with it.
    pub(super) fn read(&self) -> Result<Said, Vec<RowError>> {
        let mut errors = Vec::new();
        let said = Said {
            external_ref: self.given("external_ref").map(str::to_owned),
            name: self.name(),
            email: self.given("email").map(str::to_owned),
            tier: keep(self.tier(), &mut errors),
            party_size: keep(self.party_size(), &mut errors),
            vip: keep(self.vip(), &mut errors),
            seat: self.cell("seat").map(filled),
            door_note: self.cell("door_note").map(filled),
            status: keep(self.status(), &mut errors),
            code: self.given("code").map(str::to_owned),
        };
        if said.name.is_empty() {
            errors.push(self.error("name", ImportErrorCode::MissingValue, "The guest has no name"));
        }
        if let Some(email) = said.email.as_deref().filter(|email| !is_email(email)) {
            let message = format!("“{email}” is not an e-mail address");
            errors.push(self.error("email", ImportErrorCode::BadEmail, message));
        }
        let bad_code = |code: &&str| {
            !(32..=512).contains(&code.len()) || code.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        if said.code.as_deref().filter(bad_code).is_some() {
            let message = "A ticket code is 32 to 512 characters without spaces; leave it empty to have one made";
            errors.push(self.error("code", ImportErrorCode::BadCode, message));
        }
        for (field, text, most) in [
            ("name", Some(&said.name), LONGEST_LINE),
            ("external_ref", said.external_ref.as_ref(), LONGEST_LINE),
            ("seat", said.seat.as_ref().and_then(Option::as_ref), LONGEST_LINE),
            ("door_note", said.door_note.as_ref().and_then(Option::as_ref), LONGEST_NOTE),
        ] {
            if text.is_some_and(|text| text.chars().count() > most) {
                let message = format!("Longer than {most} characters");
                errors.push(self.error(field, ImportErrorCode::TooLong, message));
            }
        }
        if errors.is_empty() { Ok(said) } else { Err(errors) }
    }

    /// The full name. In "Vorname, Name" and "Prénom, Nom" the name is the last name, in "Nome,
    /// Cognome" and "Nombre, Apellidos" the first: where only one of the two parts has a column of
    /// its own, the name is the other.
    fn name(&self) -> String {
        let (name, first, last) = (self.cell("name"), self.cell("first_name"), self.cell("last_name"));
        let parts = match (name, first, last) {
            (Some(name), Some(first), None) => [first, name],
            (Some(name), None, Some(last)) => [name, last],
            (Some(name), _, _) if !name.is_empty() => [name, ""],
            (_, first, last) => [first.unwrap_or(""), last.unwrap_or("")],
        };
        parts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn tier(&self) -> Result<Option<uuid::Uuid>, RowError> {
        let Some(name) = self.given("tier") else { return Ok(None) };
        let folded = fold(name);
        match self.tiers.iter().find(|tier| fold(&tier.name) == folded) {
            Some(tier) => Ok(Some(tier.id)),
            None => {
                let known: Vec<&str> = self.tiers.iter().map(|tier| tier.name.as_str()).collect();
                let message = format!("There is no tier “{name}”; the tiers are {}", known.join(", "));
                Err(self.error("tier", ImportErrorCode::UnknownTier, message))
            }
        }
    }

    fn party_size(&self) -> Result<Option<u16>, RowError> {
        // A spreadsheet says 2 as "2" or as "2.0".
        let number = |cell: &str| cell.strip_suffix(".0").unwrap_or(cell).parse::<u16>().ok();
        let (field, cell, extra) = match (self.given("party_size"), self.given("plus_ones")) {
            (Some(cell), _) => ("party_size", cell, 0),
            (None, Some(cell)) => ("plus_ones", cell.trim_start_matches('+'), 1),
            (None, None) => return Ok(None),
        };
        let people = match (number(cell), flag(cell)) {
            (Some(number), _) => number.checked_add(extra),
            // "Plus one: yes".
            (None, Ok(Some(yes))) if field == "plus_ones" => Some(1 + u16::from(yes)),
            _ => None,
        };
        match people.filter(|people| (1..=LARGEST_PARTY).contains(people)) {
            Some(people) => Ok(Some(people)),
            None => {
                let message = format!("“{cell}” is not a number of people from 1 to {LARGEST_PARTY}");
                Err(self.error(field, ImportErrorCode::BadPartySize, message))
            }
        }
    }

    fn vip(&self) -> Result<Option<bool>, RowError> {
        flag(self.cell("vip").unwrap_or("")).map_err(|()| {
            let message = format!("“{}” is neither yes nor no", self.cell("vip").unwrap_or(""));
            self.error("vip", ImportErrorCode::BadFlag, message)
        })
    }

    fn status(&self) -> Result<Option<RegistrationStatus>, RowError> {
        let Some(cell) = self.given("status") else { return Ok(None) };
        use RegistrationStatus as S;
        match fold(cell).as_str() {
            "pending" | "invited" | "waiting" | "maybe" | "en attente" | "ausstehend" | "offen" | "in attesa"
            | "pendiente" => Ok(S::Pending),
            "confirmed" | "yes" | "accepted" | "attending" | "confirme" | "oui" | "accepte" | "bestatigt" | "ja"
            | "zugesagt" | "confermato" | "si" | "confirmado" | "aceptado" => Ok(S::Confirmed),
            "attended" | "checked in" | "arrived" | "present" | "anwesend" | "arrivato" | "asistio" => Ok(S::Attended),
            "cancelled" | "canceled" | "declined" | "no" | "annule" | "non" | "decline" | "storniert" | "nein"
            | "abgesagt" | "annullato" | "rifiutato" | "cancelado" | "rechazado" => Ok(S::Cancelled),
            "refunded" | "rembourse" | "erstattet" | "rimborsato" | "reembolsado" => Ok(S::Refunded),
            _ => Err(self.error("status", ImportErrorCode::BadStatus, format!("“{cell}” is not a status of a guest"))),
        }
        .map(Some)
    }

    /// The guest that the row makes of the stored one, or of nobody.
    pub(super) fn merge(&self, said: Said, stored: Option<&StoredGuest>) -> Result<Guest, Vec<RowError>> {
        let mut errors = Vec::new();
        let old = stored.map(|stored| &stored.guest);
        let only_tier = if let [tier] = self.tiers { Some(tier.id) } else { None };
        let tier_id = said.tier.or(old.map(|old| old.tier_id)).or(only_tier);
        if tier_id.is_none() {
            errors.push(self.error("tier", ImportErrorCode::MissingValue, "The guest has no ticket tier"));
        }
        let party_size = said.party_size.or(old.map(|old| old.party_size)).unwrap_or(1);
        if let Some(arrived) = stored.map(|stored| stored.arrived).filter(|&arrived| party_size < arrived) {
            let message = format!("{arrived} of the party are in already");
            errors.push(self.error("party_size", ImportErrorCode::PartyBelowArrived, message));
        }
        let status = keep(self.new_status(said.status, old.map(|old| old.status)).map(Some), &mut errors);
        match (tier_id, status) {
            (Some(tier_id), Some(status)) if errors.is_empty() => Ok(Guest {
                external_ref: said.external_ref.or_else(|| old?.external_ref.clone()),
                name: said.name,
                email: said.email.or_else(|| old?.email.clone()),
                tier_id,
                party_size,
                vip: said.vip.or(old.map(|old| old.vip)).unwrap_or(false),
                seat: said.seat.unwrap_or_else(|| old?.seat.clone()),
                door_note: said.door_note.unwrap_or_else(|| old?.door_note.clone()),
                status,
                code: said.code.or_else(|| old?.code.clone()),
            }),
            _ => Err(errors),
        }
    }

    fn new_status(
        &self,
        said: Option<RegistrationStatus>,
        old: Option<RegistrationStatus>,
    ) -> Result<RegistrationStatus, RowError> {
        use RegistrationStatus as S;
        match (old, said) {
            // Arriving happens at the door: a list of those who came invites them again.
            (None, None | Some(S::Attended)) => Ok(S::Confirmed),
            (None, Some(said)) => Ok(said),
            (Some(old), None | Some(S::Attended)) => Ok(old),
            (Some(S::Attended), Some(S::Pending | S::Confirmed)) => Ok(S::Attended),
            (Some(S::Attended), Some(said)) => {
                let message = format!("The guest has arrived and cannot become {} by a file", said.as_str());
                Err(self.error("status", ImportErrorCode::AlreadyAttended, message))
            }
            (Some(old), Some(said)) if old.may_become(said) => Ok(said),
            (Some(old), Some(said)) => {
                let message = format!("A guest who is {} cannot become {}", old.as_str(), said.as_str());
                Err(self.error("status", ImportErrorCode::BadTransition, message))
            }
        }
    }
}

fn keep<T>(result: Result<Option<T>, RowError>, errors: &mut Vec<RowError>) -> Option<T> {
    result.unwrap_or_else(|error| {
        errors.push(error);
        None
    })
}

fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    !local.is_empty()
        && text.len() <= 254
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>') && c != '@')
        && !host.contains('@')
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
}
