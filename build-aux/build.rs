//! Compiles what the program reads at run time: the resource bundle, the settings schema and the translations.
//!
//! Everything lands in `OUT_DIR`, so a plain `cargo build` gives a program that runs from the source tree.
//! A package sets `LECTERN_LOCALE_DIR` and `LECTERN_SCHEMA_DIR` to the folders that it installs to.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const APP_ID: &str = "io.github.lectern_vm.Lectern";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build-aux/build.rs");
    println!("cargo::rerun-if-env-changed=LECTERN_LOCALE_DIR");
    println!("cargo::rerun-if-env-changed=LECTERN_SCHEMA_DIR");
    glib_build_tools::compile_resources(&["data"], "data/resources.gresource.xml", "lectern.gresource");
    println!("cargo::rerun-if-changed=data");
    let schemas = schemas(&out)?;
    let locale = translations(&out)?;
    export("LECTERN_SCHEMA_DIR", &schemas);
    export("LECTERN_LOCALE_DIR", &locale);
    Ok(())
}

/// Makes `variable` readable by `env!`, as the packager set it or as built here.
fn export(variable: &str, built: &Path) {
    let value = env::var(variable).unwrap_or_else(|_| built.display().to_string());
    println!("cargo::rustc-env={variable}={value}");
}

fn schemas(out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let dir = out.join("schemas");
    fs::create_dir_all(&dir)?;
    let name = format!("{APP_ID}.gschema.xml");
    fs::copy(Path::new("data").join(&name), dir.join(&name))?;
    run(Command::new("glib-compile-schemas").arg("--strict").arg(&dir))?;
    Ok(dir)
}

fn translations(out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let dir = out.join("locale");
    println!("cargo::rerun-if-changed=po");
    for language in fs::read_to_string("po/LINGUAS")?.split_whitespace() {
        let messages = dir.join(language).join("LC_MESSAGES");
        fs::create_dir_all(&messages)?;
        let (po, mo) = (format!("po/{language}.po"), messages.join("lectern.mo"));
        run(Command::new("msgfmt").arg("-o").arg(mo).arg(po))?;
    }
    Ok(dir)
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}").into()),
        Err(e) => Err(format!("{command:?}: {e}; build-aux/setup installs what is missing").into()),
    }
}
