import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { AuthService } from './auth.service.js';
import { CurrentUser } from './current-user.decorator.js';
import { LoginDto } from './dto/login.dto.js';
import { LogoutDto } from './dto/logout.dto.js';
import { MeDto } from './dto/me.dto.js';
import { RefreshDto } from './dto/refresh.dto.js';
import { TokensDto } from './dto/tokens.dto.js';
import type { Principal } from './principal.js';
import { Public } from './public.decorator.js';
import { RateLimit } from '../rate-limit/rate-limit.decorator.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @RateLimit('login')
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Log in',
    description: 'Five wrong passwords in a row lock the account for 15 minutes.',
  })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblems(
    'VALIDATION_FAILED',
    'INVALID_CREDENTIALS',
    'ACCOUNT_LOCKED',
    'RATE_LIMITED',
    'HASHING_BUSY',
    'DATABASE_UNAVAILABLE',
  )
  login(@Body() body: LoginDto): Promise<TokensDto> {
    return this.auth.login(body);
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @RateLimit('public')
  @ApiOperation({
    operationId: 'refreshTokens',
    summary: 'Trade a refresh token for new tokens',
    description:
      'A refresh token is good once. One that comes back ends the whole sesion, so renew in one place at a time.',
  })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblems('VALIDATION_FAILED', 'REFRESH_TOKEN_INVALID', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE')
  refresh(@Body() body: RefreshDto): Promise<TokensDto> {
    return this.auth.refresh(body.refresh_token);
  }

  @Post('logout')
  @HttpCode(200)
  @RateLimit('public')
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'logOut',
    summary: 'Log out',
    description: 'Ends this sesion at once: its access and refresh tokens.',
  })
  @ApiOkResponse({ type: LogoutDto })
  @ApiProblems('UNAUTHENTICATED', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE')
  async logout(@CurrentUser() principal: Principal): Promise<LogoutDto> {
    await this.auth.logout(principal);
    return { revoked: true };
  }

  @Get('me')
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'getMe',
    summary: 'Who am I?',
    description: 'The usuario of the access token, as the database knows them now.',
  })
  @ApiOkResponse({ type: MeDto })
  @ApiProblems('UNAUTHENTICATED', 'DATABASE_UNAVAILABLE')
  me(@CurrentUser() { id, email, nombre, apellido, rol }: Principal): MeDto {
    return { id, email, nombre, apellido, rol };
  }
}
