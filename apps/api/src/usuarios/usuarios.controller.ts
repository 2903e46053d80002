import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser } from '../auth/current-user.decorator.js';
import type { Principal } from '../auth/principal.js';
import { Roles } from '../auth/roles.decorator.js';
import { answerOf } from '../idempotency/answer-of.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../idempotency/idempotency-key.decorator.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { IdPipe, PATH_ID } from '../validation/id.pipe.js';
import { CreateUsuarioDto } from './dto/create-usuario.dto.js';
import { UpdateUsuarioDto } from './dto/update-usuario.dto.js';
import { ListUsuariosDto } from './dto/list-usuarios.dto.js';
import { UsuarioPageDto, UsuarioSummaryPageDto } from './dto/usuario-page.dto.js';
import { UsuarioDto } from './dto/usuario.dto.js';
import { UsuariosService } from './usuarios.service.js';

const ApiId = () => ApiParam({ name: 'id', schema: PATH_ID, example: 2 });

@ApiTags('usuarios')
@ApiBearerAuth()
@ApiProblems('VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', 'DATABASE_UNAVAILABLE')
@Controller('usuarios')
export class UsuariosController {
  constructor(private readonly usuarios: UsuariosService) {}

  @Post()
  @Roles('admin')
  @ApiOperation({
    operationId: 'createUsuario',
    summary: 'Create a usuario (admin)',
    description: 'The password must not be a common one, nor the e-mail.',
  })
  @ApiCreatedResponse({ type: UsuarioDto, description: 'The usuario' })
  @ApiIdempotencyKey()
  @ApiProblems('USUARIO_DUPLICATE', 'RATE_LIMITED', 'HASHING_BUSY')
  async create(
    @CurrentUser() actor: Principal,
    @Body() body: CreateUsuarioDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsuarioDto> {
    return answerOf(reply, await this.usuarios.create(actor, body, key));
  }

  @Get()
  @Roles('supervisor')
  @ApiOperation({
    operationId: 'listUsuarios',
    summary: 'List the usuarios by id, page by page (admin; supervisor: reduced)',
    description:
      'Supervisors get `id`, `nombre`, `apellido`, `email` and `rol` of each, to choose a delegado.',
  })
  @ApiExtraModels(UsuarioPageDto, UsuarioSummaryPageDto)
  @ApiOkResponse({
    description: 'A page of usuarios',
    schema: {
      anyOf: [UsuarioPageDto, UsuarioSummaryPageDto].map((page) => ({
        $ref: getSchemaPath(page),
      })),
    },
  })
  @ApiProblems('VALIDATION_FAILED', 'CURSOR_INVALID')
  list(
    @CurrentUser() actor: Principal,
    @Query() query: ListUsuariosDto,
  ): Promise<UsuarioPageDto | UsuarioSummaryPageDto> {
    return this.usuarios.list(actor, query);
  }

  @Get(':id')
  @ApiId()
  @ApiOperation({
    operationId: 'getUsuario',
    summary: 'Read a usuario (admin, or oneself)',
    description:
      'Only an admin learns that an id does not exist; others get 403 for any id but their own.',
  })
  @ApiOkResponse({ type: UsuarioDto })
  @ApiProblems('USUARIO_NOT_FOUND')
  get(@CurrentUser() actor: Principal, @Param('id', IdPipe) id: number): Promise<UsuarioDto> {
    return this.usuarios.get(actor, id);
  }

  @Patch(':id')
  @ApiId()
  @ApiOperation({
    operationId: 'updateUsuario',
    summary: 'Change a usuario (admin, or oneself: email, telefono, password)',
    description:
      'An own password or e-mail needs `current_password` and ends the other sesiones; a password set by an admin ends all. A new e-mail is not `verificado`. A new rol counts from the next request on.',
  })
  @ApiOkResponse({ type: UsuarioDto })
  @ApiProblems(
    'USUARIO_NOT_FOUND',
    'USUARIO_DUPLICATE',
    'USUARIO_LAST_ADMIN',
    'ACCOUNT_LOCKED',
    'RATE_LIMITED',
    'HASHING_BUSY',
  )
  update(
    @CurrentUser() actor: Principal,
    @Param('id', IdPipe) id: number,
    @Body() body: UpdateUsuarioDto,
  ): Promise<UsuarioDto> {
    return this.usuarios.update(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Roles('admin')
  @ApiId()
  @ApiOperation({
    operationId: 'deleteUsuario',
    summary: 'Delete a usuario who has no open tareas (admin)',
    description: 'The tareas of the past keep naming them; `dni` and `email` are free again.',
  })
  @ApiNoContentResponse()
  @ApiProblems(
    'USUARIO_NOT_FOUND',
    'USUARIO_SELF_DELETE',
    'USUARIO_LAST_ADMIN',
    'USUARIO_HAS_TAREAS',
  )
  delete(@CurrentUser() actor: Principal, @Param('id', IdPipe) id: number): Promise<void> {
    return this.usuarios.delete(actor, id);
  }
}
