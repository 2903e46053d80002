import { Module } from '@nestjs/common';
import { AdminAccounts } from './admin-accounts.js';
import { FirstAdmin } from './first-admin.service.js';

@Module({ providers: [AdminAccounts, FirstAdmin] })
export class AdminModule {}
