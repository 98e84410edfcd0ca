//! The hub's half of the differential suite (`hub/tests/documents/test/histories.test.js`). Reads histories from standard
//! input and answers each with what the hub makes of it: a line of JSON in, a line of JSON out.
//!
//! In: `{"updates": ["hex", ...]}`. Out: `{"sheet": .., "document": "hex", "missing": n}`: the rows, everything as one
//! update, and how many updates knew of changes that had not come.

use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _, stdin, stdout};

use domain::documents::Document;
use domain::shot_list::{SheetText, read};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct History {
    updates: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let history: History = serde_json::from_str(&line?)?;
        let mut document = Document::new(1);
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        let mut missing = 0;
        for update in history.updates {
            let bytes = (0..update.len() / 2)
                .map(|at| u8::from_str_radix(&update[at * 2..at * 2 + 2], 16))
                .collect::<Result<Vec<u8>, _>>()?;
            waiting.push(bytes);
            // What is missing something is asked for again, as a client would be.
            loop {
                let before = waiting.len();
                for bytes in std::mem::take(&mut waiting) {
                    if document.apply(&bytes)?.is_missing_something {
                        missing += 1;
                        waiting.push(bytes);
                    }
                }
                if waiting.is_empty() || waiting.len() == before {
                    break;
                }
            }
        }
        let everything = document.everything()?.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let sheet = SheetText::of(&read(&document).0.as_tables());
        writeln!(out, "{}", json!({ "sheet": sheet, "document": everything, "missing": missing }))?;
        out.flush()?;
    }
    Ok(())
}
