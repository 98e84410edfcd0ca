//! The rules of a show day: who is let in, what the run of show does, who may ask for what, and
//! what an imported file means.
//!
//! Nothing in here reads a clock, a file, a socket, an environment variable or a random number,
//! and nothing awaits: `now` and time zones are arguments, in epoch milliseconds and as
//! [`jiff::tz::TimeZone`]. So the hub, a tablet without a link and a test run the same rules and
//! reach the same verdicts.
//!
//! | question | module |
//! |---|---|
//! | may this guest pass? | [`admission`], and [`annulment`] for taking a scan back |
//! | which cue is live, and when will the others be? | [`run_of_show`] |
//! | when is "00:40" on the night of the show? | [`wall_clock`] |
//! | may this person or device send this command? | [`access`] |
//! | which guest is called something like "chlo dup"? | [`guest_name`] |
//! | what would this file change? | [`import`] |
//! | what does this query string ask of a table? | [`table_query`] |
//! | what may a file be called, and what is it? | [`storage`] |
//! | what does this frame of the Realtime dialect say, and does this row pass its filter? | [`realtime`] |
//! | what does this frame of a co-edited document say, and what does it change? | [`documents`] |
//! | what do the rows of a shot list have to say, going by its document? | [`shot_list`] |

pub mod access;
pub mod admission;
pub mod annulment;
pub mod documents;
pub mod guest_name;
pub mod import;
pub mod plugin_difference;
pub mod plugin_retry;
pub mod realtime;
pub mod registration;
pub mod run_of_show;
pub mod shot_list;
pub mod storage;
pub mod table_query;
pub mod wall_clock;
