//! The ladder: which of two settings of a name counts.

/// Where a variable was set; the later one counts. The order was measured on ansible-core
/// 2.19.14, see the test of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// How the task's host is reached, where nothing else says so.
    Reached,
    /// Facts that are no known ones: they give way to whatever a person set.
    StrayFacts,
    /// `defaults` of the play's roles.
    RoleDefaults,
    /// `defaults` of the task's own role and of those that depend on it.
    OwnRoleDefaults,
    /// Inventories, `group_vars` and `host_vars`, in an order of their own.
    Inventory,
    /// Facts of the host, and `ansible_facts`.
    Facts,
    /// `vars` of the play.
    PlayVars,
    /// Answers to `vars_prompt`.
    Prompts,
    /// `vars_files` of the play.
    VarsFiles,
    /// `vars` of the play's roles, which every task of the play sees.
    RoleExports,
    /// `vars` of the task's own role and of those that depend on it.
    RoleVars,
    /// `vars` of the blocks around the task.
    BlockVars,
    /// `vars` of the task.
    TaskVars,
    /// `include_vars`.
    IncludeVars,
    /// `set_fact` and `register`.
    Set,
    /// Parameters of the task's role.
    RoleParams,
    /// `vars` of the `include_*` that brought the task.
    IncludeParams,
    /// `-e`.
    Extra,
    /// Names that the run sets itself.
    Magic,
    /// Variables of the loop.
    Loop,
}

impl Level {
    /// All levels, the strongest first.
    pub(super) const DOWN: [Level; 20] = [
        Level::Loop,
        Level::Magic,
        Level::Extra,
        Level::IncludeParams,
        Level::RoleParams,
        Level::Set,
        Level::IncludeVars,
        Level::TaskVars,
        Level::BlockVars,
        Level::RoleVars,
        Level::RoleExports,
        Level::VarsFiles,
        Level::Prompts,
        Level::PlayVars,
        Level::Facts,
        Level::Inventory,
        Level::OwnRoleDefaults,
        Level::RoleDefaults,
        Level::StrayFacts,
        Level::Reached,
    ];

    /// All that somebody has said: without what only follows from that.
    pub(super) const SAID: &[Level] = Self::DOWN.split_at(Self::DOWN.len() - 1).0;

    /// The level in words.
    pub fn described(self) -> &'static str {
        match self {
            Self::Reached => "connection",
            Self::StrayFacts => "fact of no known name",
            Self::RoleDefaults | Self::OwnRoleDefaults => "role defaults",
            Self::Inventory => "inventory",
            Self::Facts => "fact",
            Self::PlayVars => "play vars",
            Self::Prompts => "vars_prompt",
            Self::VarsFiles => "vars_files",
            Self::RoleExports | Self::RoleVars => "role vars",
            Self::BlockVars => "block vars",
            Self::TaskVars => "task vars",
            Self::IncludeVars => "include_vars",
            Self::Set => "set_fact or register",
            Self::RoleParams => "role parameters",
            Self::IncludeParams => "include parameters",
            Self::Extra => "extra vars",
            Self::Magic => "magic variable",
            Self::Loop => "loop variable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn the_ladder_is_walked_from_the_top() {
        assert!(Level::DOWN.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
