//! The snapshot: the state at one instant — catalog, contents and digest of every table.
