/**
 * Everything the platform answers to people, the page and the SDK. Every route of the server that is registered
 * after this one (the page) is behind the same Host check.
 */
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from './api-deps.ts';
import { registerLogin } from './auth/login.ts';
import { assertHost, ownNames } from './auth/origin.ts';
import { registerCalls } from './calls.ts';
import { registerEvents } from './events.ts';
import { registerHealth } from './health.ts';
import { createLostReplies } from './http/lost-replies.ts';
import { registerFiles } from './items/files.ts';
import { registerPictureFiles } from './items/picture-files.ts';
import type { MethodTable } from './method.ts';
import { accountMethods } from './methods/account.ts';
import { agentCodeMethods } from './methods/agent-codes.ts';
import { agentQuestionMethods } from './methods/agent-questions.ts';
import { agentSupportMethods } from './methods/agent-support.ts';
import { agentMethods } from './methods/agents.ts';
import { annotationMethods } from './methods/annotations.ts';
import { appTaskMethods } from './methods/app-tasks.ts';
import { archiveMethods } from './methods/archives.ts';
import { datasetMethods } from './methods/datasets.ts';
import { ecosystemMethods } from './methods/ecosystem.ts';
import { entityTagMethods } from './methods/entity-tags.ts';
import { episodeAnnotationMethods } from './methods/episode-annotations.ts';
import { figureGeometryMethods } from './methods/figure-geometry.ts';
import { figureMethods } from './methods/figures.ts';
import { imageBytesMethods } from './methods/image-bytes.ts';
import { imageTagMethods } from './methods/image-tags.ts';
import { imageMethods } from './methods/images.ts';
import { instanceMethods } from './methods/instance.ts';
import { objectMethods } from './methods/objects.ts';
import { pluginMethods } from './methods/plugins.ts';
import { pointCloudAnnotationMethods } from './methods/point-cloud-annotations.ts';
import { pointCloudMethods } from './methods/point-clouds.ts';
import { projectCloneMethods } from './methods/project-clone.ts';
import { projectStatsMethods } from './methods/project-stats.ts';
import { projectMethods } from './methods/projects.ts';
import { relatedImageMethods } from './methods/related-images.ts';
import { remoteStorageMethods } from './methods/remote-storage.ts';
import { reportMethods } from './methods/reports.ts';
import { retentionMethods } from './methods/retention.ts';
import { startMethods } from './methods/start-tasks.ts';
import { statisticsMethods } from './methods/statistics.ts';
import { taskFileMethods } from './methods/task-files.ts';
import { taskMethods } from './methods/tasks.ts';
import { teamFileReads } from './methods/team-file-reads.ts';
import { teamFileMethods } from './methods/team-files.ts';
import { teamMethods } from './methods/teams.ts';
import { tokenMethods } from './methods/tokens.ts';
import { uploadMethods } from './methods/uploads.ts';
import { userMethods } from './methods/users.ts';
import { videoAnnotationMethods } from './methods/video-annotations.ts';
import { videoFrameMethods } from './methods/video-frames.ts';
import { videoMethods } from './methods/videos.ts';
import { volumeAnnotationMethods } from './methods/volume-annotations.ts';
import { volumeMethods } from './methods/volumes.ts';
import { workspaceMethods } from './methods/workspaces.ts';
import { registerDocs } from './openapi/routes.ts';
import { registerArchiveFiles } from './tasks/archive-files.ts';
import { registerTeamFileRoutes } from './team-files/team-file-routes.ts';
import { registerTus } from './uploads/tus.ts';

export function registerPublicApi(app: FastifyInstance, deps: ApiDeps): void {
  const own = ownNames(deps);
  app.addHook('onRequest', async (request) => {
    assertHost(request.headers.host, request.socket.localAddress, own);
  });
  registerHealth(app, deps);
  registerLogin(app, deps);
  const methods = apiMethods(deps);
  registerCalls(app, deps, methods);
  registerDocs(app, deps, methods);
  registerFiles(app, deps);
  registerArchiveFiles(app, deps);
  registerTeamFileRoutes(app, deps);
  registerPictureFiles(app, deps);
  registerTus(app, deps);
  registerEvents(app, deps);
}

/** Every method by its name; documentation is made from this. */
export function apiMethods(deps: ApiDeps): MethodTable {
  const lost = createLostReplies(() => deps.clock.now());
  return {
    ...accountMethods(deps),
    ...userMethods(deps),
    ...teamMethods(deps),
    ...workspaceMethods(deps),
    ...tokenMethods(deps),
    ...projectMethods(deps),
    ...projectCloneMethods(deps, lost),
    ...projectStatsMethods(deps),
    ...statisticsMethods(deps),
    ...datasetMethods(deps),
    ...imageMethods(deps),
    ...imageBytesMethods(deps),
    ...imageTagMethods(deps),
    ...annotationMethods(deps),
    ...videoMethods(deps, lost),
    ...videoAnnotationMethods(deps, lost),
    ...videoFrameMethods(deps),
    ...pointCloudMethods(deps, lost),
    ...pointCloudAnnotationMethods(deps, lost),
    ...episodeAnnotationMethods(deps, lost),
    ...relatedImageMethods(deps),
    ...volumeMethods(deps, lost),
    ...volumeAnnotationMethods(deps, lost),
    ...objectMethods(deps, lost),
    ...figureMethods(deps, lost),
    ...figureGeometryMethods(deps),
    ...entityTagMethods(deps, lost),
    ...taskMethods(deps),
    ...startMethods(deps),
    ...uploadMethods(deps),
    ...agentMethods(deps),
    ...agentCodeMethods(deps),
    ...agentQuestionMethods(deps),
    ...agentSupportMethods(deps),
    ...archiveMethods(deps),
    ...teamFileMethods(deps),
    ...teamFileReads(deps),
    ...remoteStorageMethods(deps),
    ...appTaskMethods(deps),
    ...taskFileMethods(deps),
    ...reportMethods(deps),
    ...ecosystemMethods(deps),
    ...pluginMethods(deps),
    ...instanceMethods(deps),
    ...retentionMethods(deps),
  };
}
