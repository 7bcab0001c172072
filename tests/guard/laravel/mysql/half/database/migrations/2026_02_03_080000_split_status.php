<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    // MySQL commits each definition by itself: when the last statement fails, the first two stay, and the ledger does not know of them.
    public function up()
    {
        Schema::table('students', fn (Blueprint $table) => $table->boolean('active')->default(false));
        DB::table('students')->where('status', 'left')->delete();
        Schema::table('students', fn (Blueprint $table) => $table->dropColumn('state'));
    }

    public function down()
    {
        Schema::table('students', fn (Blueprint $table) => $table->dropColumn('active'));
    }
};
