//! The console is built by npm; without it the folder must still exist for the binary to embed.

fn main() {
    println!("cargo::rerun-if-changed=console/dist");
    println!("cargo::rerun-if-changed=../migrations");
    std::fs::create_dir_all("console/dist").expect("the console's folder can be made");
}
