import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser } from '../auth/current-user.decorator.js';
import type { Principal } from '../auth/principal.js';
import { Roles } from '../auth/roles.decorator.js';
import { matchesEtag } from '../http/etag.js';
import { answerOf } from '../idempotency/answer-of.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../idempotency/idempotency-key.decorator.js';
import { toPage } from '../paging/cursor.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { IdPipe, PATH_ID } from '../validation/id.pipe.js';
import {
  CreateTareaDto,
  ListTareasDto,
  TareaDto,
  TareaPageDto,
  UpdateTareaDto,
} from './tarea.dto.js';
import { presentTarea, tareaEtag } from './tarea.presenter.js';
import { positionOf, tareaCursor } from './tarea-sort.js';
import { TareasService } from './tareas.service.js';

const ApiTareaId = () => ApiParam({ name: 'id', schema: PATH_ID, example: 1 });
const ETAG_SCHEMA = { type: 'string', example: '"2jmj7l5rSw0yVb_vlWAYkK_YBwk"' } as const;

const ApiTareaResponse = (status: 200 | 201) =>
  ApiResponse({
    status,
    type: TareaDto,
    description: 'The tarea',
    headers: { ETag: { description: 'For If-Match and If-None-Match', schema: ETAG_SCHEMA } },
  });

const ApiIfMatch = () =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag that the change is based on; one that no longer holds is 412',
      schema: ETAG_SCHEMA,
    }),
    ApiProblems('PRECONDITION_FAILED'),
  );

@ApiTags('tareas')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED', 'DATABASE_UNAVAILABLE')
@Controller('tareas')
export class TareasController {
  constructor(private readonly tareas: TareasService) {}

  @Get()
  @ApiOperation({
    operationId: 'listTareas',
    summary: 'List tareas, the newest first unless sorted; a usuario sees the own ones',
    description:
      'A tarea that changes while its list is read page by page may come twice or not at all if the change moves it; no other ever does.',
  })
  @ApiOkResponse({ type: TareaPageDto })
  @ApiProblems('CURSOR_INVALID', 'VALIDATION_FAILED')
  async list(@CurrentUser() user: Principal, @Query() query: ListTareasDto): Promise<TareaPageDto> {
    const { limit, cursor, sort } = query;
    const cursors = tareaCursor(sort);
    const rows = await this.tareas.list(user, {
      filter: {
        estado: query.estado,
        tipo: query.tipo,
        prioridad: query.prioridad,
        delegadoUsuarioId: query.delegado_usuario_id,
        creadoPorUsuarioId: query.creado_por_usuario_id,
        desde: query.desde,
        hasta: query.hasta,
        q: query.q,
      },
      sort,
      after: cursor === undefined ? undefined : cursors.decode(cursor),
      limit: limit + 1,
    });
    return toPage(rows, limit, presentTarea, (last) => cursors.encode(...positionOf(sort, last)));
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getTarea',
    summary: 'Read a tarea; a usuario sees the own ones',
    description: 'A tarea of others is 404 for a usuario, like one that does not exist.',
  })
  @ApiTareaId()
  @ApiHeader({ name: 'If-None-Match', required: false, schema: ETAG_SCHEMA })
  @ApiTareaResponse(200)
  @ApiResponse({ status: 304, description: 'The tarea is still that of If-None-Match' })
  @ApiProblems('TAREA_NOT_FOUND')
  async find(
    @CurrentUser() user: Principal,
    @Param('id', IdPipe) id: number,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TareaDto | undefined> {
    const tarea = tagged(reply, presentTarea(await this.tareas.find(user, id)));
    if (!matchesEtag(ifNoneMatch, tareaEtag(tarea))) return tarea;
    void reply.status(304);
    return undefined;
  }

  @Post()
  @Roles('supervisor')
  @ApiOperation({
    operationId: 'createTarea',
    summary: 'Create a tarea (supervisor, admin)',
    description: 'Without a `codigo` the server makes one.',
  })
  @ApiTareaResponse(201)
  @ApiIdempotencyKey()
  @ApiProblems(
    'TAREA_DATES_INVALID',
    'VALIDATION_FAILED',
    'USUARIO_NOT_FOUND',
    'TAREA_CODIGO_DUPLICATE',
  )
  async create(
    @CurrentUser() user: Principal,
    @Body() dto: CreateTareaDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TareaDto> {
    return tagged(reply, answerOf(reply, await this.tareas.create(user, dto, key)));
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateTarea',
    summary: 'Change a tarea (supervisor, admin; the delegado: estado only)',
    description:
      'Only what is sent changes. `If-Match` or `version` guards against changes that the caller has not seen.',
  })
  @ApiTareaId()
  @ApiIfMatch()
  @ApiTareaResponse(200)
  @ApiProblems(
    'TAREA_DATES_INVALID',
    'VALIDATION_FAILED',
    'TAREA_NOT_FOUND',
    'USUARIO_NOT_FOUND',
    'TAREA_VERSION_CONFLICT',
    'TAREA_ESTADO_INVALIDO',
  )
  async update(
    @CurrentUser() user: Principal,
    @Param('id', IdPipe) id: number,
    @Body() body: UpdateTareaDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TareaDto> {
    return tagged(reply, presentTarea(await this.tareas.update(user, id, body, ifMatch)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteTarea',
    summary: 'Delete a tarea (supervisor, admin)',
    description: 'Its `codigo` stays taken, so that old paperwork stays unambiguous.',
  })
  @ApiTareaId()
  @ApiIfMatch()
  @ApiNoContentResponse()
  @ApiProblems('TAREA_NOT_FOUND')
  async remove(
    @CurrentUser() user: Principal,
    @Param('id', IdPipe) id: number,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.tareas.remove(user, id, ifMatch);
  }
}

/** The answer with its `ETag`, for the `If-Match` of a change. */
function tagged(reply: FastifyReply, tarea: TareaDto): TareaDto {
  void reply.header('etag', tareaEtag(tarea));
  return tarea;
}
