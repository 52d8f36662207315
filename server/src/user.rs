//! `storeyard user …`: who may sign in. The password comes from the terminal, or from standard input, and never from the command line.

use std::io::{IsTerminal, stdin};

use access::{Password, command};
use anyhow::{Context, bail};
use clap::Subcommand;
use provisioner::config::Config;
use store::{PersonId, Role};

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Show everybody, with their role.
    List,
    /// Let somebody in; asks for their password.
    Add {
        #[arg(value_parser = PersonId::parse)]
        name: PersonId,
        /// admin: every store; member: their own; viewer: looks at all and changes none.
        #[arg(long, default_value = "member", value_parser = Role::parse)]
        role: Role,
    },
    /// Give somebody a new password, which ends their sessions.
    Passwd {
        #[arg(value_parser = PersonId::parse)]
        name: PersonId,
    },
    /// Let somebody in no more, at once. Their stores stay.
    Remove {
        #[arg(value_parser = PersonId::parse)]
        name: PersonId,
    },
}

pub(crate) async fn run(client: kube::Client, config: &Config, task: Task) -> anyhow::Result<()> {
    let (namespace, secret) = (config.namespace.as_str(), config.sign_in.users.as_str());
    let (name, change, done) = match task {
        Task::List => {
            for (name, role) in command::list(client, namespace, secret).await? {
                println!("{name}\t{}", role.key());
            }
            return Ok(());
        }
        Task::Add { name, role } => (name, command::Change::Add(role, password()?), "may sign in now"),
        Task::Passwd { name } => (name, command::Change::Passwd(password()?), "has a new password"),
        Task::Remove { name } => (name, command::Change::Remove, "may sign in no more"),
    };
    command::change(client, namespace, secret, &name, change).await?;
    println!("{name} {done}.");
    Ok(())
}

fn password() -> anyhow::Result<Password> {
    if !stdin().is_terminal() {
        let mut line = String::new();
        stdin().read_line(&mut line).context("the password cannot be read from standard input")?;
        return Ok(Password::parse(line.trim_end_matches(['\r', '\n']))?);
    }
    let typed = rpassword::prompt_password("Password: ")?;
    let password = Password::parse(&typed)?;
    if rpassword::prompt_password("Again: ")? != typed {
        bail!("The two passwords differ. Nothing was changed.");
    }
    Ok(password)
}
