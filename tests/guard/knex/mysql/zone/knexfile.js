// The application's sessions live in Karachi's time.
module.exports = {
  client: "mysql2",
  connection: process.env.DATABASE_URL,
  pool: { afterCreate: (connection, done) => connection.query("SET time_zone = '+05:00'", (error) => done(error, connection)) },
  migrations: { directory: "./migrations" },
};
