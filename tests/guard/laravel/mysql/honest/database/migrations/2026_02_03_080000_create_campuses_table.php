<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up()
    {
        Schema::create('campuses', function (Blueprint $table) {
            $table->id();
            $table->string('code', 10)->unique();
        });
        DB::table('campuses')->insert([['code' => 'LHR'], ['code' => 'ISB']]);
        Schema::table('students', function (Blueprint $table) {
            $table->foreignId('campus_id')->nullable()->constrained();
            $table->boolean('graduated')->default(false);
        });
        DB::table('students')->update(['campus_id' => DB::table('campuses')->where('code', 'LHR')->value('id')]);
    }

    public function down()
    {
        Schema::table('students', function (Blueprint $table) {
            $table->dropConstrainedForeignId('campus_id');
            $table->dropColumn('graduated');
        });
        Schema::dropIfExists('campuses');
    }
};
