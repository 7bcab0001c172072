exports.up = async (knex) => {
  await knex.schema.createTable("parcels", (table) => {
    table.increments("id");
    table.string("code", 60).notNullable().unique();
    table.string("note", 200);
    table.timestamp("received_at").notNullable().defaultTo(knex.fn.now());
  });
};

exports.down = async (knex) => {
  await knex.schema.dropTable("parcels");
};
