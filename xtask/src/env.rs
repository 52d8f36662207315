//! What every command needs: folders, tools and the reporter.

use anyhow::Result;

use crate::paths::Paths;
use crate::progress::Reporter;
use crate::tools::Tools;

#[derive(Debug, Clone)]
pub struct Env {
    pub paths: Paths,
    pub tools: Tools,
    pub reporter: Reporter,
}

impl Env {
    /// # Errors
    /// There is no cache folder, or the checkout is incomplete.
    pub fn find() -> Result<Self> {
        let paths = Paths::find()?;
        let tools = Tools::locate(&paths)?;
        let reporter = Reporter::new(paths.logs());
        Ok(Self { paths, tools, reporter })
    }

    /// The same with a reporter that keeps the times of its own steps only.
    #[must_use]
    pub fn section(&self) -> Self {
        Self { reporter: self.reporter.section(), ..self.clone() }
    }
}
