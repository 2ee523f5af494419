//! `doctor`: checks the set-up, step by step.

use std::io::{self, Write};

use chrono::{SubsecRound, Utc};
use serde::Serialize;

use crate::audit::Exit;
use crate::cli::{Doctor, DoctorFormat};
use crate::config::{Config, ConfigError};
use crate::readiness::{Problem, Step, StepId, StepState, all_but_config, doctor};

use super::failure::Failure;
use super::run::environment;
use super::runtime;
use super::terminal::printable;

/// What `--format json` prints.
#[derive(Serialize)]
struct Examined<'a> {
    ready: bool,
    steps: &'a [Step],
}

pub(super) fn run(command: &Doctor) -> Result<Exit, Failure> {
    let (steps, exit) = match Config::load(&command.config, environment(), &command.settings) {
        Ok(config) => {
            let at = Utc::now().trunc_subsecs(0);
            runtime()?.block_on(doctor::examine(&config, at, command.all))
        }
        Err(error) => {
            let problem = Problem::of_diagnostic(&error);
            let fix = if problem.fix.is_empty() {
                format!("Correct it in {}.", command.config.display())
            } else {
                problem.fix
            };
            let problem =
                Problem { cause: format!("{}: {}", ConfigError::ID, problem.cause), fix, ..problem };
            let what = command.config.display().to_string();
            let steps = [vec![Step::failed(StepId::Config, what, problem)], all_but_config()].concat();
            (steps, Exit::Usage)
        }
    };
    let mut stdout = io::stdout().lock();
    match command.format {
        DoctorFormat::Text => stdout.write_all(printable(&text(&steps)).as_bytes())?,
        DoctorFormat::Json => {
            let examined = Examined { ready: exit == Exit::Complete, steps: &steps };
            serde_json::to_writer_pretty(&mut stdout, &examined).map_err(io::Error::from)?;
            writeln!(stdout)?;
        }
    }
    Ok(exit)
}

/// The first step that failed.
fn failed(steps: &[Step]) -> Option<StepId> {
    steps.iter().find(|step| step.state == StepState::Failed).map(|step| step.id)
}

fn text(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        let mark = mark(step.state);
        text.push_str(&format!("{mark} {:<12} {}\n", step.id.as_str(), step.what.replace('\n', " ")));
        let lines =
            [("cause", &step.cause), ("fix", &step.fix), ("where", &step.place), ("command", &step.command)];
        for (name, value) in lines.into_iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!("    {name}: {}\n", value.replace('\n', " ")));
        }
    }
    let warnings = steps.iter().filter(|step| step.state == StepState::Warning).count();
    text.push_str(&match (failed(steps), warnings) {
        (Some(step), _) => format!("not ready: see {}\n", step.as_str()),
        (None, 0) => "ready\n".to_owned(),
        (None, 1) => "ready, with 1 warning\n".to_owned(),
        (None, warnings) => format!("ready, with {warnings} warnings\n"),
    });
    text
}

const fn mark(state: StepState) -> &'static str {
    match state {
        StepState::Ok => "[ok]  ",
        StepState::Warning => "[warn]",
        StepState::Failed => "[FAIL]",
        StepState::Skipped => "[skip]",
    }
}
