//! Reports: functions of a run's journal and verdict.
