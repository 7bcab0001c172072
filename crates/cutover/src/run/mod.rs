//! The run: one execution of a plan against one database.
