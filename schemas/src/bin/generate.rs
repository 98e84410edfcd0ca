//! Writes `schemas/generated/*.schema.json` and `schemas/vectors/*.json` from the types.

fn main() -> std::io::Result<()> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in schemas::generated::files() {
        std::fs::write(root.join(path), content)?;
    }
    Ok(())
}
