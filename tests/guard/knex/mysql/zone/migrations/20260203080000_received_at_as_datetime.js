// A TIMESTAMP is stored in UTC. The DATETIME that it becomes holds what this session's clock shows.
exports.up = async (knex) => {
  await knex.schema.alterTable("parcels", (table) => {
    table.datetime("received_at").notNullable().defaultTo(knex.fn.now()).alter();
  });
};

exports.down = async (knex) => {
  await knex.schema.alterTable("parcels", (table) => {
    table.timestamp("received_at").notNullable().defaultTo(knex.fn.now()).alter();
  });
};
