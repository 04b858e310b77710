import type { Language } from "@/words/language";
import type { TagDraft } from "./tags";

interface Template {
  readonly guide: string;
  readonly tags: readonly TagDraft[];
}

type Row = readonly [name: string, description: string, values?: Readonly<Record<string, string>>];

/** Tags for images of a vehicle's cameras, to begin with. */
export function drivingTemplate(language: Language): Template {
  const { guide, rows } = templates[language];
  return {
    guide,
    tags: rows.map(([name, description, values = {}]) => ({
      name,
      description,
      values: Object.entries(values).map(([value, meaning]) => ({ name: value, description: meaning })),
    })),
  };
}

const templates: Readonly<Record<Language, { readonly guide: string; readonly rows: readonly Row[] }>> = {
  en: {
    guide:
      "You look at single images of cameras on a moving vehicle. Give a tag only for what can be seen in the image itself; where you are in doubt, leave it out.",
    rows: [
      [
        "Weather",
        "What falls from the sky or hangs in the air",
        {
          clear: "blue sky or few clouds",
          overcast: "closed clouds, no rain",
          rain: "rain, or drops on the lens",
          snow: "snow that falls",
          fog: "fog or mist that hides what is far",
        },
      ],
      [
        "Light",
        "Where the light comes from",
        {
          day: "daylight",
          twilight: "the sun is at or below the horizon and the sky still bright",
          night: "dark sky; lamps light the scene",
          glare: "the sun or a lamp blinds the camera",
        },
      ],
      [
        "Road",
        "The kind of road that the vehicle is on",
        {
          motorway: "lanes of one direction, kept apart, no crossings",
          city: "a street between buildings",
          country: "a road outside of places",
          parking: "a car park, a garage or a yard",
          tunnel: "inside a tunnel or below a long bridge",
        },
      ],
      [
        "Surface",
        "What the road is covered with",
        { dry: "", wet: "shines or has puddles", snowy: "snow or ice on the lane", unpaved: "gravel, sand or earth" },
      ],
      [
        "Traffic light",
        "The light that counts for the vehicle's lane",
        { red: "", yellow: "", green: "", off: "dark or flashing" },
      ],
      [
        "Lane marking",
        "Lines between or beside the lanes",
        { solid: "", broken: "", worn: "hardly seen any more", none: "a road without lines" },
      ],
      ["Crossing", "A crossroads or junction lies ahead or around the vehicle"],
      ["Zebra crossing", "A marked crossing for people on foot"],
      ["Roundabout", "A roundabout lies ahead or around the vehicle"],
      ["Road works", "Cones, barriers, diggers or people at work on the road"],
      ["Traffic sign", "At least one sign that can be read"],
      ["Barrier gate", "A gate that stops vehicles, open or closed"],
      [
        "Parking lock",
        "A folding lock on a parking place",
        { raised: "it blocks the place", lowered: "one can drive over it" },
      ],
      ["Person", "Somebody on foot", { pavement: "beside the lane", roadway: "on the lane" }],
      ["Cyclist", "Somebody on a bicycle, scooter or motorcycle"],
      ["Animal", "An animal on the road or beside it"],
      ["Lorry", "A lorry, bus or other large vehicle nearby"],
      ["Emergency vehicle", "Police, ambulance or fire engine"],
      ["Parked vehicles", "Vehicles stand at the side of the lane"],
      ["Dense traffic", "Vehicles stand or crawl close behind each other"],
      ["Obstacle", "Something lies on the lane that does not belong there"],
      ["Dirty lens", "Dirt, drops or ice hide part of the image"],
    ],
  },
  zh: {
    guide: "您看到的是行驶车辆上摄像头拍摄的单张图片。只为图片中能看到的内容打标签，不确定时不要打。",
    rows: [
      [
        "天气",
        "空中的天气现象",
        {
          晴: "蓝天或少云",
          阴: "云层密布，没有下雨",
          雨: "正在下雨，或镜头上有雨滴",
          雪: "正在下雪",
          雾: "雾或霾遮挡远处",
        },
      ],
      [
        "光照",
        "光线的来源",
        {
          白天: "日光",
          黄昏: "太阳在地平线附近，天空仍亮",
          夜间: "天空黑暗，由灯光照明",
          眩光: "太阳或灯光使画面过曝",
        },
      ],
      [
        "道路类型",
        "车辆所在的道路",
        {
          高速公路: "双向隔离，没有路口",
          城市道路: "建筑物之间的街道",
          乡村道路: "城镇之外的道路",
          停车场: "停车场、车库或院内",
          隧道: "隧道内或长桥下",
        },
      ],
      ["路面", "路面状况", { 干燥: "", 湿滑: "反光或有积水", 积雪: "车道上有雪或冰", 未铺装: "碎石、沙土路" }],
      ["红绿灯", "与本车道有关的信号灯", { 红灯: "", 黄灯: "", 绿灯: "", 熄灭: "不亮或闪烁" }],
      ["车道线", "车道之间或两侧的标线", { 实线: "", 虚线: "", 磨损: "几乎看不清", 无: "没有标线的道路" }],
      ["路口", "前方或周围有交叉路口"],
      ["人行横道", "供行人过街的标线"],
      ["环岛", "前方或周围有环岛"],
      ["施工", "道路上有锥桶、围挡、机械或施工人员"],
      ["交通标志", "至少有一个可以辨认的标志"],
      ["道闸", "拦停车辆的栏杆，打开或关闭"],
      ["地锁", "车位上的折叠车位锁", { 升起: "挡住车位", 放下: "可以驶过" }],
      ["行人", "步行的人", { 路边: "在车道之外", 路中: "在车道上" }],
      ["骑行者", "骑自行车、电动车或摩托车的人"],
      ["动物", "道路上或路边的动物"],
      ["大型车辆", "附近的货车、客车或其他大型车辆"],
      ["应急车辆", "警车、救护车或消防车"],
      ["路边停车", "车道旁停有车辆"],
      ["拥堵", "车辆首尾相接，停止或缓行"],
      ["障碍物", "车道上有不应出现的物体"],
      ["镜头脏污", "污渍、水滴或冰遮挡部分画面"],
    ],
  },
};
