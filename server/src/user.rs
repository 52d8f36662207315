//! `storeyard user …`: who may sign in. The password comes from the terminal, or from standard input, and never from the command line.

use std::io::{IsTerminal, stdin};

use access::{Password, command};
use anyhow::{Context, bail};
use clap::Subcommand;
use kube::{Api, api::ListParams};
use provisioner::{config::Config, resource::Store};
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
        /// Take over the stores that somebody of this name had before.
        #[arg(long)]
        with_stores: bool,
    },
    /// Say anew what somebody may.
    Role {
        #[arg(value_parser = PersonId::parse)]
        name: PersonId,
        #[arg(value_parser = Role::parse)]
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
        Task::Add { name, role, with_stores } => {
            if !with_stores {
                refuse_heir(&stores_of(&client, namespace, &name).await?, &name)?;
            }
            (name, command::Change::Add(role, password()?), "may sign in now")
        }
        Task::Role { name, role } => (name, command::Change::Role(role), "has a new role"),
        Task::Passwd { name } => (name, command::Change::Passwd(password()?), "has a new password"),
        Task::Remove { name } => (name, command::Change::Remove, "may sign in no more"),
    };
    command::change(client, namespace, secret, &name, change).await?;
    println!("{name} {done}.");
    Ok(())
}

async fn stores_of(client: &kube::Client, namespace: &str, name: &PersonId) -> anyhow::Result<Vec<String>> {
    let stores: Api<Store> = Api::namespaced(client.clone(), namespace);
    let all = stores.list(&ListParams::default()).await.context("the stores cannot be read")?;
    let theirs = all.items.into_iter().filter(|store| store.spec.owner.as_deref() == Some(name.as_str()));
    Ok(theirs.map(|store| store.spec.title).collect())
}

/// A store's owner is known by name only, so whoever gets a name that was free again gets its stores.
fn refuse_heir(stores: &[String], name: &PersonId) -> anyhow::Result<()> {
    let Some(first) = stores.first() else { return Ok(()) };
    bail!(
        "Somebody else was called {name} before and left {} store(s), such as “{first}”, which would be the new {name}'s. Choose another name, or say --with-stores if that is meant.",
        stores.len()
    );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_free_again_does_not_inherit_stores_unasked() {
        let ada = PersonId::parse("ada").unwrap();
        assert!(refuse_heir(&[], &ada).is_ok());
        let refused = refuse_heir(&["Berg Kaffee".into(), "Casa".into()], &ada).unwrap_err().to_string();
        assert!(refused.contains("2 store(s)") && refused.contains("Berg Kaffee"), "{refused}");
    }
}
