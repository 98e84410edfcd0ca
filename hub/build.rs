//! The console is built by npm, the plugins by `plugins/build`; without them the folders must still exist for the binary to embed.

fn main() {
    println!("cargo::rerun-if-changed=console/dist");
    println!("cargo::rerun-if-changed=../plugins/bundled");
    println!("cargo::rerun-if-changed=../migrations");
    std::fs::create_dir_all("console/dist").expect("the console's folder can be made");
    std::fs::create_dir_all("../plugins/bundled").expect("the plugins' folder can be made");
}
