// The application was written for a server without strict mode.
module.exports = {
  client: "mysql2",
  connection: process.env.DATABASE_URL,
  pool: { afterCreate: (connection, done) => connection.query("SET sql_mode = ''", (error) => done(error, connection)) },
  migrations: { directory: "./migrations" },
};
