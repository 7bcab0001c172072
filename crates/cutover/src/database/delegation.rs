//! A writer is a reader that may also write: what it reads, it reads as the reader that it holds.

/// The methods of [`Reader`](super::Reader) that a writer with a field `reader` leaves to it.
macro_rules! reads_by_its_reader {
    () => {
        fn session(&mut self) -> Result<Session> {
            self.reader.session()
        }

        fn catalog(&mut self) -> Result<Catalog> {
            self.reader.catalog()
        }

        fn scan(&mut self, table: &TableName, columns: &[String], sink: RowSink<'_>) -> Result<()> {
            self.reader.scan(table, columns, sink)
        }

        fn query(&mut self, sql: &str, sink: RowSink<'_>) -> Result<Vec<String>> {
            self.reader.query(sql, sink)
        }

        fn conditions(&mut self, fence: &Fence) -> Result<Conditions> {
            self.reader.conditions(fence)
        }

        fn sequences(&mut self) -> Result<Vec<SequencePosition>> {
            self.reader.sequences()
        }

        fn records(&mut self) -> Result<Vec<RunRecord>> {
            self.reader.records()
        }

        fn entries(&mut self, run: &str) -> Result<Vec<Entry>> {
            self.reader.entries(run)
        }

        fn standing_fence(&mut self) -> Result<Option<String>> {
            self.reader.standing_fence()
        }

        fn load(&mut self) -> Result<Option<u64>> {
            self.reader.load()
        }

        fn integrity(&mut self) -> Result<Option<Vec<String>>> {
            self.reader.integrity()
        }
    };
}

pub(super) use reads_by_its_reader;
