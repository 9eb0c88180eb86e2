/** What the page needs to know of each kind of project: its words, its methods, the address of its items. */
export interface Modality {
  /** First part of the names of its methods: `videos.list`. */
  methods: string;
  /** Part of the address of an item: `/projects/1/videos/7`. */
  section: string;
  one: string;
  many: string;
  /** Where it stands alone. */
  title: string;
  /** `api.video.upload_path` of the SDK. */
  sdk: string;
  /** Whether the server makes small pictures of the items. */
  pictures: boolean;
}

const IMAGES: Modality = {
  methods: 'images',
  section: 'images',
  one: 'image',
  many: 'images',
  title: 'Images',
  sdk: 'image',
  pictures: true,
};
const CLOUDS: Modality = {
  methods: 'point-clouds',
  section: 'clouds',
  one: 'point cloud',
  many: 'point clouds',
  title: 'Point clouds',
  sdk: 'pointcloud',
  pictures: false,
};

const MODALITIES: Readonly<Record<string, Modality>> = {
  images: IMAGES,
  videos: {
    methods: 'videos',
    section: 'videos',
    one: 'video',
    many: 'videos',
    title: 'Videos',
    sdk: 'video',
    pictures: true,
  },
  point_clouds: CLOUDS,
  point_cloud_episodes: CLOUDS,
  volumes: {
    methods: 'volumes',
    section: 'volumes',
    one: 'volume',
    many: 'volumes',
    title: 'Volumes',
    sdk: 'volume',
    pictures: false,
  },
};

/** Of the type of a project. */
export const modalityOf = (type: string): Modality => MODALITIES[type] ?? IMAGES;

export const isSection = (text: string | undefined): boolean =>
  Object.values(MODALITIES).some(({ section }) => section === text);

export const itemAddress = (project: { id: number; type: string }, item: number): string =>
  `/projects/${project.id}/${modalityOf(project.type).section}/${item}`;
