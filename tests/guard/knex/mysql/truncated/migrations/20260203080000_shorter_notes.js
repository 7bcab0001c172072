exports.up = async (knex) => {
  await knex.schema.alterTable("parcels", (table) => table.string("note", 20).alter());
};

exports.down = async (knex) => {
  await knex.schema.alterTable("parcels", (table) => table.string("note", 200).alter());
};
