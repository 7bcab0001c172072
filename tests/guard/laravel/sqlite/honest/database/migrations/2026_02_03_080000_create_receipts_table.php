<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up()
    {
        Schema::create('receipts', function (Blueprint $table) {
            $table->id();
            $table->foreignId('fee_id')->constrained();
            $table->string('number', 30)->unique();
        });
        Schema::table('students', function (Blueprint $table) {
            $table->string('email', 120)->nullable()->unique();
        });
    }

    public function down()
    {
        Schema::dropIfExists('receipts');
        Schema::table('students', fn (Blueprint $table) => $table->dropColumn('email'));
    }
};
