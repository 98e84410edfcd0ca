//! What each column of a file is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ImportErrorCode, RowError};
use crate::guest_name::fold;

/// A correction of the guesses: header to field name, or to nothing. Columns that it does not name
/// are guessed.
pub type Mapping = BTreeMap<String, Option<String>>;

/// What a column can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// In mappings.
    pub name: &'static str,
    /// For people.
    pub label: &'static str,
    /// Without it nothing can be imported.
    pub required: bool,
}

/// A field and the headers that it is known by, folded and without spaces.
pub(super) struct KnownField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) required: bool,
    pub(super) headers: &'static [&'static str],
}

pub(super) fn offered(fields: &[KnownField]) -> Vec<Field> {
    fields.iter().map(|field| Field { name: field.name, label: field.label, required: field.required }).collect()
}

fn guess(header: &str, fields: &'static [KnownField]) -> Option<&'static str> {
    let folded = fold(header).replace(' ', "");
    fields
        .iter()
        .find(|field| field.name.replace('_', "") == folded || field.headers.contains(&folded.as_str()))
        .map(|field| field.name)
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its header; `column N` where it has none.
    pub header: String,
    /// What it is taken for.
    pub field: Option<&'static str>,
    /// That was guessed, not told.
    pub guessed: bool,
    /// Its first values that are not empty, at most three.
    pub samples: Vec<String>,
}

/// A file's rows behind its header row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    headers: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// Takes the rows of a file. The header is the row, among the first twenty, in which the most
    /// columns of a guest list or a rundown are recognised (sheets often have a title above it);
    /// the first row with text, if there is none.
    ///
    /// # Errors
    /// [`ImportErrorCode::EmptyFile`].
    pub fn new(rows: Vec<Vec<String>>) -> Result<Self, RowError> {
        let mut rows: Vec<(usize, Vec<String>)> =
            (1..).zip(rows).filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        let recognised = |row: &[String]| {
            let known = |fields| row.iter().filter(|cell| guess(cell, fields).is_some()).count();
            known(super::guests::FIELDS).max(known(super::rundown::FIELDS))
        };
        let header = (0..rows.len().min(20))
            .rev()
            .max_by_key(|&index| recognised(&rows[index].1))
            .ok_or_else(|| RowError::new(0, None, ImportErrorCode::EmptyFile, "The file has no rows"))?;
        let width = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(0);
        let data = rows.split_off(header + 1);
        let names = rows.pop().map(|(_, row)| row).unwrap_or_default();
        let headers = (0..width)
            .map(|index| match names.get(index).map(|name| name.trim()) {
                None | Some("") => format!("column {}", index + 1),
                Some(name) => name.to_owned(),
            })
            .collect();
        Ok(Self { headers, rows: data })
    }

    /// The rows of data, with their numbers in the file.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &[String])> {
        self.rows.iter().map(|(number, row)| (*number, row.as_slice()))
    }

    /// How many rows of data there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn samples(&self, column: usize) -> Vec<String> {
        let cells = self.rows.iter().filter_map(|(_, row)| row.get(column)).map(|cell| cell.trim());
        cells.filter(|cell| !cell.is_empty()).take(3).map(str::to_owned).collect()
    }
}

/// Which column holds which field.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) list: Vec<Column>,
    by_field: BTreeMap<&'static str, usize>,
}

impl Columns {
    /// Maps the columns, and says what is wrong with the mapping.
    pub(super) fn map(table: &Table, fields: &'static [KnownField], told: &Mapping) -> (Self, Vec<RowError>) {
        let mut errors = Vec::new();
        let mut list: Vec<Column> = Vec::new();
        let mut by_field: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut wrong =
            |column: &str, code, message: String| errors.push(RowError::new(0, Some(column), code, message));
        for header in told.keys().filter(|header| !table.headers.contains(header)) {
            wrong(header, ImportErrorCode::UnknownColumn, format!("The file has no column “{header}”"));
        }
        for (index, header) in table.headers.iter().enumerate() {
            // Of two columns with one header the mapping means the first.
            let told = told.get(header).filter(|_| !table.headers[..index].contains(header));
            let mut field = None;
            if let Some(Some(name)) = told {
                field = fields.iter().find(|known| known.name == name).map(|known| known.name);
                match field {
                    None => wrong(header, ImportErrorCode::UnknownField, format!("There is no field “{name}”")),
                    Some(taken) if by_field.contains_key(taken) => {
                        wrong(header, ImportErrorCode::DuplicateField, format!("Two columns are mapped to “{taken}”"));
                        field = None;
                    }
                    Some(name) => {
                        by_field.insert(name, index);
                    }
                }
            }
            list.push(Column { header: header.clone(), field, guessed: false, samples: table.samples(index) });
        }
        for (index, column) in list.iter_mut().enumerate() {
            let told = told.contains_key(&column.header) && !table.headers[..index].contains(&column.header);
            if told {
                continue;
            }
            column.guessed = true;
            column.field = guess(&column.header, fields).filter(|field| !by_field.contains_key(field));
            if let Some(field) = column.field {
                by_field.insert(field, index);
            }
        }
        (Self { list, by_field }, errors)
    }

    /// Whether a column holds the field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.by_field.contains_key(field)
    }

    /// The row's value, without spaces around it; `None` where no column holds the field.
    pub(super) fn cell<'a>(&self, row: &'a [String], field: &str) -> Option<&'a str> {
        let index = *self.by_field.get(field)?;
        Some(row.get(index).map_or("", |cell| cell.trim()))
    }

    /// The header of the field's column.
    pub(super) fn header(&self, field: &str) -> Option<&str> {
        self.by_field.get(field).map(|&index| self.list[index].header.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{guests, rundown};

    fn table(lines: &[&str]) -> Table {
        Table::new(lines.iter().map(|line| line.split(',').map(str::to_owned).collect()).collect()).expect("rows")
    }

    fn guessed(header: &str, fields: &'static [KnownField]) -> Vec<String> {
        let (columns, errors) = Columns::map(&table(&[header]), fields, &Mapping::new());
        assert_eq!(errors, []);
        columns.list.iter().map(|column| column.field.unwrap_or("-").to_owned()).collect()
    }

    #[test]
    fn headers_are_known_in_five_languages() {
        for (header, fields) in [
            (
                "Guest ID,Full name,E-mail,Ticket type,Party size,VIP,Seat,Notes,Status",
                "external_ref,name,email,tier,party_size,vip,seat,door_note,status",
            ),
            ("First Name,Last Name,Email Address,Category,+1,Shoe size", "first_name,last_name,email,tier,plus_ones,-"),
            (
                "Référence,Prénom,Nom,Courriel,Catégorie,Accompagnants,Place,Remarques,Statut",
                "external_ref,first_name,name,email,tier,plus_ones,seat,door_note,status",
            ),
            (
                "Referenz,Vorname,Nachname,E-Mail-Adresse,Kategorie,Personen,Sitzplatz,Bemerkung",
                "external_ref,first_name,last_name,email,tier,party_size,seat,door_note",
            ),
            (
                "Codice,Nome,Cognome,Posta elettronica,Categoria,Accompagnatori,Posto,Note,Stato",
                "code,name,last_name,email,tier,plus_ones,seat,door_note,status",
            ),
            (
                "Referencia,Nombre,Apellidos,Correo electrónico,Categoría,Acompañantes,Asiento,Notas,Estado",
                "external_ref,name,last_name,email,tier,plus_ones,seat,door_note,status",
            ),
        ] {
            assert_eq!(guessed(header, guests::FIELDS).join(","), fields, "{header}");
        }
        for (header, fields) in [
            (
                "Cue,Title,Start,End,Duration,Segment,Link,Skip,Count to end,Location,Type,Notes",
                "cue_number,title,start_time,end_time,duration,segment,start_mode,skipped,count_to_end,location,type,description",
            ),
            (
                "N°,Titre,Début,Fin,Durée,Séquence,Lieu",
                "cue_number,title,start_time,end_time,duration,segment,location",
            ),
            (
                "Nr.,Titel,Beginn,Ende,Dauer,Abschnitt,Ort,Beschreibung",
                "cue_number,title,start_time,end_time,duration,segment,location,description",
            ),
            ("Numero,Titolo,Inizio,Fine,Durata,Luogo", "cue_number,title,start_time,end_time,duration,location"),
            ("Número,Título,Inicio,Fin,Duración,Lugar", "cue_number,title,start_time,end_time,duration,location"),
        ] {
            assert_eq!(guessed(header, rundown::FIELDS).join(","), fields, "{header}");
        }
    }

    #[test]
    fn no_header_means_two_fields() {
        for fields in [guests::FIELDS, rundown::FIELDS] {
            let mut seen = BTreeMap::new();
            for field in fields {
                for header in field.headers {
                    assert_eq!(*header, fold(header).replace(' ', ""), "{} is not folded", header);
                    assert_eq!(seen.insert(*header, field.name), None, "{header} is in two fields, or twice");
                }
            }
        }
    }

    #[test]
    fn a_mapping_corrects_the_guesses() {
        let table = table(&["Name,Company name,Kind", "Ana,Maison A,VIP", "", "Bo,,Press", ",,Staff", "x,,Late"]);
        let told = Mapping::from([
            ("Kind".into(), Some("tier".into())),
            ("Name".into(), None),
            ("Company name".into(), Some("name".into())),
        ]);
        let (columns, errors) = Columns::map(&table, guests::FIELDS, &told);
        assert_eq!(errors, []);
        assert_eq!(
            columns.list.iter().map(|c| (c.field, c.guessed)).collect::<Vec<_>>(),
            [(None, false), (Some("name"), false), (Some("tier"), false)]
        );
        assert_eq!(columns.list[2].samples, ["VIP", "Press", "Staff"]);
        assert_eq!(columns.cell(&["Ana".into(), " Maison A ".into()], "name"), Some("Maison A"));
        assert_eq!(columns.cell(&["Ana".into()], "tier"), Some(""));
        assert_eq!(columns.cell(&["Ana".into()], "seat"), None);
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn mistakes_in_a_mapping_are_named() {
        let table = table(&["Name,Kind,Sort", "Ana,VIP,A"]);
        let told = Mapping::from([
            ("Kind".into(), Some("tier".into())),
            ("Sort".into(), Some("tier".into())),
            ("Name".into(), Some("surname".into())),
            ("Colour".into(), None),
        ]);
        let (_, errors) = Columns::map(&table, guests::FIELDS, &told);
        let codes: Vec<_> = errors.iter().map(|error| (error.column.as_deref(), error.code)).collect();
        assert_eq!(
            codes,
            [
                (Some("Colour"), ImportErrorCode::UnknownColumn),
                (Some("Name"), ImportErrorCode::UnknownField),
                (Some("Sort"), ImportErrorCode::DuplicateField)
            ]
        );
    }

    #[test]
    fn a_title_above_the_header_is_passed_over() {
        let table = table(&["", "Guest list autumn show", "", "Name,Email", "Ana,ana@example.org,extra"]);
        assert_eq!(table.headers, ["Name", "Email", "column 3"]);
        assert_eq!(table.rows().map(|(number, _)| number).collect::<Vec<_>>(), [5]);
        assert_eq!(
            Table::new(vec![vec![" ".into()], vec![]]).map_err(|error| error.code),
            Err(ImportErrorCode::EmptyFile)
        );
    }
}
