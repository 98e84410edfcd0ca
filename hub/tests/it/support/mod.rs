pub mod bare;
mod devices;
mod house;
pub mod http;
mod hub;
pub mod mail;
pub mod phoenix;
pub mod postgres;
pub mod process;
pub mod room;
pub mod rundown;
pub mod scan;
pub mod show;
pub mod wire;

pub use hub::TestHub;
pub use postgres::TestDatabase;
pub use show::Show;
pub use wire::Wire;
